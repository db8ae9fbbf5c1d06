import pytest

from mgassay.errors import ContractError
from mgassay.readers.miqe_items import miqe_documents

GOOD = (
    'document = "M"\ntitle = "t"\naddress = ""\nverified = true\nread_in = "r"\n[[item]]\nsection = "S"\ntext = "T"\n'
)


def test_the_documents_are_there_in_order_and_say_what_was_read():
    first, second = miqe_documents()
    assert (first.document, first.verified, second.document, second.verified) == ("MIQE 2009", True, "MIQE 2.0", False)
    assert {i.importance for i in first.item} == {"essential", "desirable"}
    assert {i.importance for i in second.item} == {""}  # its weights could not be seen
    assert len({(i.section, i.text) for d in (first, second) for i in d.item}) == len(first.item) + len(second.item)


def test_a_folder_that_is_not_there_holds_none(tmp_path):
    assert miqe_documents(tmp_path / "nowhere") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD, "nobody can tell: T"),
        (GOOD + 'lab = "x"\ncolour = "red"\n', "colour"),
        (GOOD.replace('read_in = "r"\n', "") + 'lab = "x"\n', "verified is True"),
        (GOOD.replace("true", "false") + 'lab = "x"\n', "verified is False"),
        ("document = ", "Invalid value"),
    ],
)
def test_a_file_that_is_wrong_is_our_mistake_and_named(tmp_path, text, said):
    (tmp_path / "1.toml").write_text(text)
    with pytest.raises(ContractError, match=f"1.toml.*{said}" if said == "Invalid value" else "1.toml") as caught:
        miqe_documents(tmp_path)
    assert said in str(caught.value)
