"""Settings and limits of the API: what an operator may write, how requests are counted."""

import runpy
from datetime import date
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from ris_map.api.app import MAX_CLIENTS, Limiter
from ris_map.web.settings import ROOT, Rate, SettingFault, Settings, read_settings


def test_X10_a_link_led_to_another_folder_is_followed_by_page_and_api_alike(tmp_path: Path) -> None:
    link = tmp_path / "data"
    link.symlink_to(ROOT / "data")
    assert read_settings({"RIS_MAP_DATA": str(link)}).data == link


def test_F13_settings_are_read_from_the_environment() -> None:
    assert read_settings({}) == read_settings({"RIS_MAP_API_RATE": ""}) == Settings()
    for text, rate in (("", Rate(600, 60)), ("600", Rate(600, 60)), ("off", None)):
        assert read_settings({"RIS_MAP_API_RATE": text}).api_rate == rate
    read = read_settings(
        {
            "RIS_MAP_API_RATE": "5/10",
            "RIS_MAP_BASE_URL": "https://karta.example.se:8443/ris/",
            "RIS_MAP_PUBLISHER": "  Region\nVästerbotten ",
            "RIS_MAP_PUBLISHER_TYPE": "RegionalAuthority",
            "RIS_MAP_FRAME_ANCESTORS": "'self'  https://*.example.org:8443",
            "RIS_MAP_TODAY": "2028-02-29",
        }
    )
    assert read == Settings(
        api_rate=Rate(requests=5, seconds=10),
        base_url="https://karta.example.se:8443/ris",
        publisher="Region Västerbotten",
        publisher_type="RegionalAuthority",
        frame_ancestors=("'self'", "https://*.example.org:8443"),
        today=date(2028, 2, 29),
    )


BAD = {
    "RIS_MAP_API_RATE": ("0/60", "60/0", "-1/2", "a/b", "1/1/1", "1e3/1"),
    "RIS_MAP_BASE_URL": (
        *("example.se", "ftp://x", "https://", "https://x/?q", "https://x y", "//x"),
        "https://user@host",
    ),
    "RIS_MAP_PUBLISHER_TYPE": ("Region", "PrivateIndividual(s)"),
    "RIS_MAP_TODAY": ("2026-13-40", "in morgon"),
    "RIS_MAP_DATA": ("/nowhere/at/all",),
    "RIS_MAP_data": (".",),
    "RIS_MAP_METRICS_PORT": ("0", "80", "70000", "x"),
    "RIS_MAP_REPORT_ADDRESS": (*("nobody", "a@b.se?cc=x@y.se", "a@b.se\nBcc: x@y.se", "<a@b.se>"),),
    "RIS_MAP_FRAME_ANCESTORS": (
        *("*", "example.org", "https:", "https://example.org/path", "'self' 'none'"),
        *("https://example.org; script-src *", "https://example.org\r\nSet-Cookie: a=b"),
        *("https://example.org\n", "'unsafe-inline'", "javascript:alert(1)"),
    ),
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in BAD.items() for v in values])
def test_anything_else_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingFault, match=name):
        read_settings({name: value})


def test_F13_all_faults_come_at_once_and_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = {"RIS_MAP_TODAY": "2026-13-40", "RIS_MAP_API_RATE": "x", "RIS_MAP_ADRESS": "y"}
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("ris_map.web.server.PREPARE", [])
    with pytest.raises(SystemExit) as stopped:  # Python prints its text alone
        runpy.run_path(str(ROOT / "app.py"))
    said = str(stopped.value.code)
    assert all(name in said for name in wrong)
    assert "RIS_MAP_ADRESS: there is no such setting, but there is RIS_MAP_REPORT_ADDRESS (" in said
    assert read_settings({"RIS_MAP_ADRESS": " "}) == Settings()


STRANGER = "203.0.113.5"
LOOPBACK = ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "", None)


def test_a_client_may_ask_so_much_at_once_and_then_at_a_steady_pace() -> None:
    now = 0.0
    limiter = Limiter(Rate(requests=4, seconds=8), clock=lambda: now)
    assert [limiter.seconds_to_wait(STRANGER) for _ in range(5)] == [0, 0, 0, 0, 2]
    now = 1.9
    assert limiter.seconds_to_wait(STRANGER) == 1
    now = 2.1
    assert limiter.seconds_to_wait(STRANGER) == 0
    assert limiter.seconds_to_wait(STRANGER) > 0
    now = 1000.0
    assert [limiter.seconds_to_wait(STRANGER) for _ in range(5)] == [0, 0, 0, 0, 2]
    assert Limiter(None).seconds_to_wait(STRANGER) == 0


def test_clients_do_not_share_an_ipv6_subscriber_is_one_and_this_machine_is_none() -> None:
    limiter = Limiter(Rate(requests=1, seconds=60), clock=lambda: 0.0)
    for address, waits in (
        *((own, False) for own in LOOPBACK * 2),
        (STRANGER, False),
        ("203.0.113.6", False),
        (f"::ffff:{STRANGER}", True),
        ("2001:db8::1", False),
        ("2001:db8::2:1%eth0", True),
        ("2001:db8:0:1::1", False),
    ):
        assert (limiter.seconds_to_wait(address) > 0) is waits, address


def test_only_so_many_clients_are_remembered() -> None:
    limiter = Limiter(Rate(requests=1, seconds=60), clock=lambda: 0.0)
    limiter.seconds_to_wait("198.51.100.1")
    for number in range(MAX_CLIENTS):
        limiter.seconds_to_wait(str(IPv4Address("10.0.0.0") + number))
    assert len(limiter._paid_until) == MAX_CLIENTS
    assert limiter.seconds_to_wait("198.51.100.1") == 0
