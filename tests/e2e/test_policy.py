"""The content security policy and Trusted Types in a real browser: what they refuse, and that the tests would hear it.

Every other browser test clicks through form, receipt and dashboard under the same policy, and fails on any violation
(`visitors.TELL_VIOLATIONS`).
"""

from collections.abc import Callable

import pytest

from tests.e2e.visitors import Visitor

TRIES = {
    "script": "const one = document.createElement('script'); one.text = 'window.ran = 1'; document.head.append(one)",
    "style": "const one = document.createElement('style'); one.textContent = 'body{}'; document.head.append(one)",
    "style attribute": "document.body.setAttribute('style', 'color: red')",
    "image of another host": "new Image().src = 'https://evil.example/x.png'",
    "request to another host": "fetch('https://evil.example/').catch(() => 0)",
    "frame": "const one = document.createElement('iframe'); one.src = '/'; document.body.append(one)",
    "markup from a string": "document.body.innerHTML = '<b>x</b>'",
    "another policy for markup": "trustedTypes.createPolicy('mine', {})",
}


def heard(visitor: Visitor) -> bool:
    """Whether a violation reaches the test within five seconds, and with it what else the browser says of it."""
    for _ in range(100):
        visitor.page.wait_for_timeout(50)
        if any(said.startswith("console: policy:") for said in visitor.complaints):
            visitor.page.wait_for_timeout(50)
            return True
    return False


@pytest.mark.parametrize("path", ["/", "/receipt", "/review/login"])
def test_what_the_policy_refuses_is_refused_and_heard(window: Callable[..., Visitor], path: str):
    visitor = window()
    visitor.hosts.add("evil.example")  # asked for, never reached
    visitor.go(path)
    assert visitor.complaints == []
    for what, script in TRIES.items():
        visitor.page.evaluate(f"() => {{ try {{ {script} }} catch {{}} }}")
        assert heard(visitor), what
        visitor.complaints.clear()
    assert visitor.page.evaluate("window.ran") is None
