"""The tables and columns that SuiteQL sees (7).

A column is `name:kind`, with `I` integer, `N` number, `S` text, `B` 'T' or 'F', `D` date; `I>location` leads to a
record, whose name `BUILTIN.DF` shows.
"""

from dataclasses import dataclass

TEXT = """
transaction id:I tranid:S trandate:D type:S recordtype:S status:S status__df:S entity:I>entity otherrefnum:S
  externalid:S memo:S createddate:D lastmodifieddate:D shipmethod:I>shipItem postingperiod:I>accountingPeriod posting:B
  location:I>location transferlocation:I>location subsidiary:I>subsidiary foreigntotal:N shipdate:D shipcomplete:B
  shipstatus:S shipstatus__df:S actualshipdate:D createdfrom:I>transaction trackingnumberlist:S voided:B
transactionline id:I transaction:I>transaction linesequencenumber:I uniquekey:I mainline:B taxline:B iscogs:B
  assemblycomponent:B item:I>item itemtype:S quantity:N rate:N foreignamount:N netamount:N location:I>location
  quantityshiprecv:N quantitybilled:N quantitycommitted:N quantitybackordered:N quantitypicked:N quantitypacked:N
  isclosed:B fulfillable:B donotprintline:B createdfrom:I>transaction memo:S units:S entity:I>entity
  subsidiary:I>subsidiary
transactionaccountingline transaction:I>transaction transactionline:I account:I>account debit:N credit:N amount:N
  posting:B accountingbook:I
item id:I itemid:S displayname:S fullname:S description:S itemtype:S type:S upccode:S isinactive:B externalid:S
  unitstype:I>unitsType primaryunitstype:I>unitsType stockunit:S saleunit:S purchaseunit:S usebins:B isserialitem:B
  islotitem:B isfulfillable:B averagecost:N lastmodifieddate:D createddate:D
inventoryitemlocations item:I>item location:I>location quantityonhand:N quantityavailable:N quantitycommitted:N
  quantitybackordered:N quantityonorder:N quantityintransit:N reorderpoint:N preferredstocklevel:N averagecostmli:N
inventorybalance item:I>item location:I>location binnumber:I>bin inventorynumber:I>inventoryNumber
  inventorystatus:I>inventoryStatus quantityonhand:N quantityavailable:N
inventoryassignment id:I transaction:I>transaction transactionline:I quantity:N inventorynumber:I>inventoryNumber
  bin:I>bin inventorystatus:I>inventoryStatus item:I>item
inventorynumber id:I inventorynumber:S item:I>item expirationdate:D externalid:S lastmodifieddate:D
previoustransactionlinelink previousdoc:I>transaction previousline:I previoustype:S nextdoc:I>transaction nextline:I
  nexttype:S linktype:S
location id:I name:S fullname:S subsidiary:I>subsidiary isinactive:B usebins:B makeinventoryavailable:B externalid:S
  lastmodifieddate:D
subsidiary id:I name:S fullname:S isinactive:B externalid:S lastmodifieddate:D
bin id:I binnumber:S location:I>location isinactive:B externalid:S lastmodifieddate:D
unitstype id:I name:S isinactive:B externalid:S lastmodifieddate:D
unitstypeuom unitstype:I>unitsType internalid:I unitname:S pluralname:S abbreviation:S conversionrate:N baseunit:B
accountingperiod id:I periodname:S startdate:D enddate:D closed:B alllocked:B arlocked:B aplocked:B isposting:B
  isyear:B isquarter:B isadjust:B isinactive:B lastmodifieddate:D
shipitem id:I itemid:S displayname:S isinactive:B externalid:S lastmodifieddate:D
account id:I acctnumber:S accountsearchdisplayname:S fullname:S accttype:S isinactive:B externalid:S
inventorystatus id:I name:S inventoryavailable:B isinactive:B externalid:S lastmodifieddate:D
customer id:I entityid:S companyname:S email:S isinactive:B externalid:S subsidiary:I>subsidiary lastmodifieddate:D
vendor id:I entityid:S companyname:S email:S isinactive:B externalid:S subsidiary:I>subsidiary lastmodifieddate:D
entity id:I entityid:S type:S isinactive:B externalid:S lastmodifieddate:D
deletedrecord recordid:I type:S recordtypeid:S name:S deleteddate:D
"""


@dataclass(frozen=True)
class Column:
    """One column: its kind, and the record type its values lead to."""

    name: str
    kind: str
    target: str = ""


def _column(word: str) -> Column:
    name, _, kind = word.partition(":")
    kind, _, target = kind.partition(">")
    return Column(name, kind, target)


def _tables() -> dict[str, dict[str, Column]]:
    tables: dict[str, dict[str, Column]] = {}
    name = ""
    for line in TEXT.strip().splitlines():
        words = line.split()
        if not line.startswith(" "):
            name = words.pop(0)
            tables[name] = {}
        tables[name] |= {word.partition(":")[0]: _column(word) for word in words}
    return tables


TABLES = _tables()

ALIASES = {"aggregateitemlocation": "inventoryitemlocations", "nexttransactionlinelink": "previoustransactionlinelink"}
"""Other names of the same: the older one of stock per location (assumption), and the links read the other way."""

SQL_TYPES = {"I": "INTEGER", "N": "REAL", "S": "TEXT", "B": "TEXT", "D": "TEXT"}

KEYS = {"transaction": "id", "transactionline": "transaction", "transactionaccountingline": "transaction",
        "inventoryassignment": "transaction", "previoustransactionlinelink": "nextdoc",
        "unitstypeuom": "unitstype"}  # fmt: skip
"""Which column says whose a row is, so that the rows of one record can be written anew; `id` where not named."""
