"""The bugs of the law, those that seeds have found and our own, each planted by replacing a function or two.

The auditor must catch each. Where the real code leaves no room for a bug as it was first described, the nearest one is
planted, and its docstring tells.
"""

from tests.simulate.plants import batches, exceptions, goods, intake, leases, order, outcomes, purchases, returns, stock
from tests.simulate.plants.planting import Plant, Planting


def _plant(planted: Planting, *caught_by: str, seeds: tuple[int, ...]) -> Plant:
    return Plant(getattr(planted, "__name__", ""), frozenset(caught_by), planted, seeds)


PLANTS = (
    _plant(intake.no_duplicate_check, "I3", "I6", seeds=(1,)),
    _plant(outcomes.resend_without_looking, "I1", seeds=(1,)),
    _plant(outcomes.no_settling_time, "I1", seeds=(4,)),
    _plant(intake.acknowledge_before_commit, "I9", seeds=(1,)),
    _plant(intake.no_sweep, "I2", seeds=(1,)),
    _plant(exceptions.case_in_another_transaction, "I4", "I1", seeds=(1,)),
    _plant(outcomes.send_without_intent, "I1", seeds=(7,)),
    _plant(intake.cursor_before_rows, "I2", seeds=(1,)),
    _plant(intake.cursor_without_overlap, "I2", seeds=(139,)),
    _plant(order.no_order_gate, "I6", seeds=(4,)),
    _plant(order.no_parent_gate, "I7", seeds=(1,)),
    _plant(batches.part_of_a_batch_taken_as_done, "I1", seeds=(4,)),
    _plant(batches.batch_resent_whole, "I1", seeds=(82,)),
    _plant(outcomes.error_taken_as_not_done, "I1", seeds=(1,)),
    _plant(leases.no_fencing, "I1", "I5", seeds=(96,)),
    _plant(exceptions.second_case, "I4", seeds=(1,)),
    _plant(exceptions.throttling_counted_as_failure, "I4", seeds=(7,)),
    _plant(leases.settling_on_the_wall_clock, "I1", "I8", seeds=(4,)),
    _plant(outcomes.not_found_taken_as_final, "I6", "I7", "I1", seeds=(1,)),
    _plant(leases.lease_on_the_wall_clock, "I8", "I1", seeds=(28,)),
    _plant(outcomes.no_look_after_a_takeover, "I1", seeds=(1,)),
    _plant(goods.change_of_quantity_not_told, "I10", seeds=(53,)),
    _plant(order.posting_left_with_the_old_revision, "I8", seeds=(1,)),
    _plant(purchases.movements_of_receipts_forgotten, "I3", seeds=(0,)),
    _plant(purchases.goods_taken_back_overlooked, "I11", seeds=(0,)),
    _plant(purchases.receipt_before_closing, "I12", seeds=()),
    _plant(purchases.reversal_of_a_receipt_ignored, "I11", seeds=(3,)),
    _plant(purchases.rest_expected_while_open, "I12", seeds=(19,)),
    _plant(purchases.cancelled_purchase_not_told, "I12", seeds=()),
    _plant(purchases.goods_receipt_not_looked_for, "I1", seeds=(3,)),
    _plant(stock.stock_batch_not_looked_for, "I1", seeds=(2, 8)),
    _plant(stock.halves_besides_the_whole, "I3", "I5", seeds=(68, 85)),
    _plant(stock.change_in_two_batches, "I3", seeds=(27, 38)),
    _plant(stock.hold_counted_twice, "I3", seeds=(27, 50)),
    _plant(stock.line_of_the_last_change_alone, "I3", seeds=(2, 8)),
    _plant(stock.half_of_a_split_batch_dropped, "I3", "I8", seeds=(46,)),
    _plant(returns.movements_of_returns_forgotten, "I3", "I13", seeds=(28, 29)),
    _plant(returns.return_not_looked_for, "I1", seeds=(30, 39)),
    _plant(returns.reversal_of_a_return_ignored, "I13", seeds=(28, 29)),
    _plant(returns.held_goods_returned_as_sellable, "I13", seeds=(30, 43)),
    _plant(returns.draft_left_after_its_return, "I7", seeds=(89, 93)),
    _plant(returns.missing_credit_not_told, "I14", seeds=(67, 71)),
)
