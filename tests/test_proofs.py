"""The proofs in docs/proofs.json are about the code as it is."""

import proofs
import pytest


@pytest.mark.parametrize("name", proofs.ABOUT)
def test_a_proof_is_not_older_than_the_code_it_is_about(name, prove):
    if prove:
        return  # it is being made
    proof = proofs.read().get(name)
    assert proof, f"{name!r} was never proved: make prove"
    assert proof["digest"] == proofs.digest(proofs.ABOUT[name]), (
        f"{name!r} was proved at {proof['revision']}, its code changed since: make prove"
    )
