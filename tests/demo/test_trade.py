"""What the retailer's invoices mean."""

from collections import Counter

from tieout.demo.returns import parcels
from tieout.demo.trade import NOT_STOCK, read_trade


def test_every_line_of_the_trade_is_an_order_a_return_an_allowance_or_an_adjustment() -> None:
    trade = read_trade()
    assert (len(trade.orders), len(trade.returns), len(trade.allowances)) == (424, 41, 2)
    assert Counter(line.quantity > 0 for line in trade.adjustments) == {False: 30, True: 15}
    lines = [line for some in (*trade.orders, *trade.returns, *trade.allowances) for line in some]
    assert len(lines) + len(trade.adjustments) == 10_000
    assert len(trade.items()) == 2015
    assert [f"{day:%d}" for day in trade.days] == ["01", "02", "03", "05"]
    assert all(line.quantity > 0 for order in trade.orders for line in order)
    assert all(line.quantity < 0 and line.item not in NOT_STOCK for goods in trade.returns for line in goods)
    assert {line.item for lines in trade.allowances for line in lines} == {"D"}
    assert Counter(order[0].at.date().isoformat() for order in trade.orders)["2010-12-01"] > 100


def test_what_comes_back_answers_the_order_the_customer_bought_it_by_where_these_days_have_one() -> None:
    trade = read_trade()
    found = {(parcel.lines[0].invoice, parcel.invoice): parcel.units for parcel in parcels(trade)}
    assert found["C536826", "536397"] == {"35004B": 5}  # two lines of one invoice
    assert (found["C536979", "536557"], found["C536979", None]) == ({"84685": 1}, {"22630": 1})
    assert sum(invoice is not None for _, invoice in found) == 9
    assert sum(sum(units.values()) for units in found.values()) == 10_815


def test_of_a_few_orders_goods_come_back_too_and_stock_is_found_and_lost() -> None:
    trade = read_trade(6)
    assert (len(trade.orders), len(trade.returns), len(trade.allowances)) == (6, 3, 1)
    taken = {order[0].invoice for order in trade.orders}
    assert [parcel.invoice in taken for parcel in parcels(trade)].count(True) == 2
    assert Counter(line.quantity > 0 for line in trade.adjustments) == {True: 1, False: 1}
    assert len(trade.items()) < 60
    assert all(line.at.date() in trade.days for line in trade.adjustments)
    one = read_trade(1)
    assert [goods[0].invoice for goods in one.returns] == ["C536383", "C536826"]
