from mgassay.report import pictures
from mgassay.report.numbers import NO_BREAK
from mgassay.report.pictures import picture_pieces
from mgassay.report.rows import Tables

ORDER = ["ca_mg08", "ca_mg20"]


def test_pictures_stand_under_their_condition_in_the_labs_order(hand, held):
    given = hand.make_input()
    said, gallery, listing = picture_pieces(held, ORDER, given.thumbnails, given.outlines, {})
    assert said.text == "2 images measured, 2 shown."
    assert [c for c, _ in gallery.groups] == ORDER
    (picture,) = gallery.groups[0][1]
    assert picture.found.replace(NO_BREAK, " ") == "stained 16.1 % (at threshold ±20 %: 14.5 % to 17.7 %)"
    assert picture.thumbnail.startswith("data:image/jpeg;base64,/9j/")
    assert [r[0] for r in listing.rows] == ["images/ca_mg08.jpg", "images/ca_mg20.jpg"]


def test_an_image_without_outline_has_none(hand, held):
    given = hand.make_input()
    _, gallery, _ = picture_pieces(held, ORDER, given.thumbnails, given.outlines, {})
    assert [bool(p.outline) for _, ps in gallery.groups for p in ps] == [False, True]


def test_room_runs_out_evenly_and_is_said(hand):
    rows = [{**i, "file": f"{i['file']}{n}"} for i in hand.images() for n in range(3)]
    held = Tables(hand.with_rows("images", rows), 0.8, 2.0)
    said, gallery, listing = picture_pieces(held, ORDER, {r["file"]: b"x" * 600 for r in rows}, {}, {}, room=2500)
    assert [(c, len(ps)) for c, ps in gallery.groups] == [("ca_mg08", 2), ("ca_mg20", 2)]
    assert said.text.startswith("6 images measured, 4 shown. The others")
    assert len(listing.rows) == 6


def test_a_picture_opens_its_overlay_where_there_is_one(hand, held):
    given = hand.make_input()
    overlays = {"images/ca_mg08.jpg": "export/overlays/a.jpg"}
    said, gallery, _ = picture_pieces(held, ORDER, given.thumbnails, given.outlines, overlays)
    assert [p.overlay for _, ps in gallery.groups for p in ps] == ["export/overlays/a.jpg", ""]
    assert said.text.endswith("A picture opens in full size with the outline of what was counted.")


def test_wells_of_photographs_are_round_and_counted_as_what_they_are(hand):
    rows = [*hand.images(), {**hand.images()[0], "plate": "photo", "file": "photo.jpg/A2"}]
    held = Tables(hand.with_rows("images", rows), 0.8, 2.0)
    thumbnails = {r["file"]: b"x" for r in rows}
    said, gallery, _ = picture_pieces(held, ORDER, thumbnails, {}, {}, {"photo"})
    assert said.text == "2 images and 1 well of photographs measured, 3 shown."
    assert [[p.round for p in ps] for _, ps in gallery.groups] == [[False], [False, True]]
    alone = Tables(hand.with_rows("images", rows[2:]), 0.8, 2.0)
    assert picture_pieces(alone, ORDER, thumbnails, {}, {}, {"photo"})[0].text.startswith("1 well of photographs ")


def test_of_very_many_images_the_first_are_listed(hand, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_LISTED", 2)
    rows = [{**hand.images()[0], "file": f"{n}.jpg"} for n in range(5)]
    _, _, listing = picture_pieces(Tables(hand.with_rows("images", rows), 0.8, 2.0), ORDER, {}, {}, {})
    assert listing.caption == "Images one by one: 2 of 5; images.csv has all"
    assert [r[0] for r in listing.rows] == ["0.jpg", "1.jpg"]
