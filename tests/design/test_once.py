from dataclasses import replace

from mgassay.design.once import once


def test_an_experiment_is_asked_once_and_another_for_itself(lab, demo):
    asked = []
    count = once(lambda experiment: asked.append(experiment.id) or len(asked))
    one, other = lab(*demo), lab(*demo)
    assert [count(one), count(one), count(other), count(replace(one, id="third"))] == [1, 1, 2, 3]


def test_what_was_given_goes_with_the_experiment(lab, demo):
    """A new experiment may be where a past one was in memory; it must not be given the past one's answer."""
    named = once(lambda experiment: experiment.id)
    assert [named(replace(lab(*demo), id=str(i))) for i in range(50)] == [str(i) for i in range(50)]
