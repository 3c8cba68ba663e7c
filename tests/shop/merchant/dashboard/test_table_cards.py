"""The cells of a table say under which heading they stand, whatever people wrote in them."""

from django.template import Context, Template

from tests.shop.merchant.dashboard.desk import EVIL

TABLE = """{% load workspace %}{% rows %}<table class="sheet">
<thead><tr><th scope="col">SKU</th><th class="n" scope="col">L’“unité” &amp; <b>more</b></th>
<th class="n ctl" scope="col"><span class="hide">Counted</span></th></tr></thead>
<tbody><tr><th scope="rowgroup" colspan="3">Goods</th></tr>
<tr><th scope="row">{{ name }}</th><td class="n">1</td><td>{{ name }}</td></tr>
<tr><td colspan="2">All</td><td></td></tr></tbody>
<tfoot><tr><th scope="row">Sum</th><td>3</td><td>4</td></tr></tfoot>
</table>{% endrows %}"""


def shown(name: str = "Kettle") -> str:
    return Template(TABLE).render(Context({"name": name}))


def test_each_cell_says_its_heading_its_role_and_what_people_work_with():
    page = shown()

    assert '<table class="sheet rows" role="table">' in page
    assert page.count('role="rowgroup"') == 3
    assert page.count('role="row"') == 5
    assert page.count('role="columnheader"') == 3
    assert '<th scope="row" class="rh" role="rowheader">Kettle</th>' in page
    assert '<td class="n" role="cell" data-label="L’“unité” &amp; more">1</td>' in page
    assert '<td class="ctl" role="cell" data-label="Counted">Kettle</td>' in page


def test_a_cell_that_spans_others_keeps_those_after_it_in_their_columns():
    page = shown()

    assert '<td colspan="2" class="wide" role="cell" data-label="SKU">All</td>' in page
    assert '<td class="ctl" role="cell" data-label="Counted"></td>' in page
    assert '<td class="ctl" role="cell" data-label="Counted">4</td>' in page


def test_what_people_wrote_is_no_cell():
    page = shown(f"<td></th><table>{EVIL}")

    assert page.count("<td") == 6
    assert page.count("<table") == 1
    assert "&lt;td&gt;" in page
