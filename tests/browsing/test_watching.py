"""The watch over the browsers sees what it is there for."""

from tests.browsing.watching import goes_sideways


def test_a_breach_of_the_content_policy_and_an_error_of_script_are_noted(stage, page):
    page.goto("/cart/")
    with page.expect_event("pageerror"):  # the last of the three
        page.evaluate(
            """() => {
          const script = document.createElement("script");
          script.textContent = "document.title = 'taken over'";
          document.body.append(script);
          setTimeout(() => { throw new Error("on purpose"); });
          console.error("said on purpose");
        }"""
        )

    noted = taken(page)
    assert "Content Security Policy" in noted
    assert "script: on purpose" in noted
    assert "console: said on purpose" in noted
    assert "taken over" not in page.title()


def test_answers_that_nobody_expected_are_noted(stage, page):
    page.goto("/no-such-page/")
    page.goto("/cart/")
    page.evaluate("fetch('http://127.0.0.1:1/').catch(() => null)")

    noted = taken(page)
    assert "404: GET" in noted
    assert "http://127.0.0.1:1/" in noted


def test_an_answer_that_a_test_expects_is_no_complaint(stage, page):
    page.watch.expect(404)
    page.goto("/no-such-page/")

    assert taken(page) == ""
    assert goes_sideways(page) == ""


def test_a_page_that_can_be_scrolled_sideways_is_told(stage, page):
    page.goto("/cart/")
    page.evaluate("document.body.style.width = '4000px'")

    assert goes_sideways(page).startswith("40")


def taken(page):
    """Return the complaints and forget them, since they were made on purpose."""
    noted = "\n".join(page.watch.complaints)
    page.watch.complaints.clear()
    return noted
