"""`CompanyService_...`: company settings, periods and the clock. [E][R]"""

from collections.abc import Callable
from typing import Any

from tieout.twins.sap_b1.call import Answer, Call
from tieout.twins.sap_b1.errors import not_supported, unreadable
from tieout.twins.sap_b1.periods import find_month, months, period_row
from tieout.twins.sap_b1.reading import read_row
from tieout.twins.sap_b1.schema import Row, is_object
from tieout.twins.sap_b1.state import State
from tieout.twins.sap_b1.writing import Writer


def call_company(state: State, writer: Writer, call: Call) -> Answer:
    """Runs one operation. Readers answer to GET and POST alike: V3 metadata has actions, V4 functions. [E]"""
    operation = OPERATIONS.get(call.name)
    if operation is None or call.method not in ("GET", "POST"):
        raise not_supported()
    return operation(state, writer, call)


def start_admin(state: State) -> Row:
    """What a new company has in `AdminInfo`. Accuracies are the usual ones (assumption)."""
    row: Row = {
        "BlockStockNegativeQuantity": "tYES" if state.settings.block_negative_stock else "tNO",
        "CompanyName": state.settings.company,
        "LocalCurrency": state.settings.currency,
        "DefaultWarehouse": "01",
    }
    row |= {
        "TotalsAccuracy": 2,
        "AccuracyofQuantities": 6,
        "PriceAccuracy": 6,
        "RateAccuracy": 6,
        "PercentageAccuracy": 6,
    }
    return row


def _one(writer: Writer, call: Call, kind: str, text: str) -> Answer:
    name = "odata.metadata" if writer.version == 1 else "@odata.context"
    inner = text[1:-1]
    return Answer(200, f'{{"{name}":"{call.service}$metadata#SAPB1.{kind}",{inner}}}')


def _get_admin(state: State, writer: Writer, call: Call) -> Answer:
    return _one(writer, call, "AdminInfo", writer.row(state.schema.types["AdminInfo"], state.admin))


def _update_admin(state: State, _: Writer, call: Call) -> Answer:
    body = call.json()
    if not is_object(body) or "AdminInfo" not in body:
        raise unreadable("Property 'AdminInfo' is missing")  # text: assumption
    state.tx.put_all(state.admin, read_row(state.schema, state.schema.types["AdminInfo"], body["AdminInfo"]))
    return Answer(204)


def _server_time(state: State, writer: Writer, call: Call) -> Answer:
    """The clock in server local time. The operation is in [R]; its property names are an assumption."""
    now = state.now()
    text = f'{{"ServerDate":"{now.date().isoformat()}","ServerTime":"{now.strftime("%H:%M:%S")}"}}'
    return _one(writer, call, "CompanyServerTime", text)


def _collection(writer: Writer, call: Call, kind: str, texts: list[str]) -> Answer:
    name = "odata.metadata" if writer.version == 1 else "@odata.context"
    head = f'"{name}":"{call.service}$metadata#Collection(SAPB1.{kind})"'
    return Answer(200, f'{{{head},"value":[{",".join(texts)}]}}')


def _get_periods(state: State, writer: Writer, call: Call) -> Answer:
    kind = state.schema.types["PeriodCategoryParams"]
    years = range(1, (len(months(state)) + 11) // 12 + 1)
    return _collection(writer, call, kind.name, [writer.row(kind, {"AbsoluteEntry": year}) for year in years])


def _finance_periods(state: State, writer: Writer, call: Call) -> Answer:
    """The periods of one period category (a year of twelve), or all of them when none is named (assumption)."""
    kind = state.schema.types["FinancePeriod"]
    known = months(state)
    category = _parameter(call, "PeriodCategoryParams").get("AbsoluteEntry")
    if isinstance(category, int):
        known = known[(category - 1) * 12 : category * 12]
    return _collection(writer, call, kind.name, [writer.row(kind, period_row(state, month)) for month in known])


def _finance_period(state: State, writer: Writer, call: Call) -> Answer:
    month = find_month(state, _parameter(call, "FinancePeriodParams").get("AbsoluteEntry"))
    return _one(
        writer, call, "FinancePeriod", writer.row(state.schema.types["FinancePeriod"], period_row(state, month))
    )


def _parameter(call: Call, name: str) -> dict[str, Any]:
    body = call.json()
    found = body.get(name) if is_object(body) else None
    return found if is_object(found) else {}


def _item_price(state: State, writer: Writer, call: Call) -> Answer:
    """The first price list's price; zero for an item without one (assumption)."""
    wanted = _parameter(call, "ItemPriceParams")
    item = state.get("Items", wanted.get("ItemCode")) or {}
    prices: list[Row] = item.get("ItemPrices") or []
    price = float(prices[0].get("Price") or 0) if prices else 0.0
    text = f'{{"Price":{price},"Currency":"{state.settings.currency}","Discount":0.0}}'
    return _one(writer, call, "ItemPriceReturnParams", text)


OPERATIONS: dict[str, Callable[[State, Writer, Call], Answer]] = {
    "CompanyService_GetAdminInfo": _get_admin,
    "CompanyService_UpdateAdminInfo": _update_admin,
    "CompanyService_GetCurrentServerTime": _server_time,
    "CompanyService_GetPeriods": _get_periods,
    "CompanyService_GetFinancePeriods": _finance_periods,
    "CompanyService_GetFinancePeriod": _finance_period,
    "CompanyService_GetItemPrice": _item_price,
}
