/*
Pratique decides whether a container image may be pulled and run.

Usage:

	pratique verify --key cosign.pub registry.example/app:1
	pratique verify --policy policy.yaml registry.example/app:1
	pratique attest --key release.key registry.example/app:1
	pratique inspect registry.example/app:1

It resolves a tag to a digest once, gathers everything that vouches for that
digest (cosign signatures and attestations, in every format), and lets a policy
decide. docs/commands.md has every command and flag, docs/reason-codes.md every
reason a decision can give, docs/policy.md how to write a policy.

# Exit codes

	0  allowed (also with warnings), audit clean
	1  could not decide, or the tool failed; never an allow
	2  usage, bad policy or bad input
	3  denied, or audit findings at or above the threshold

For many images the worst wins, in the order 2, 1, 3, 0.

# Files

The policy is the file of --policy, of PRATIQUE_POLICY, or policy.yaml in the
user's config folder, in that order; never one in the working directory.
/etc/pratique/policy.yaml, where there is one, is a floor under all of them: an
image must pass it too. What is trusted comes from these files and from flags,
never from the environment and never from a registry.

# Limitations

The command line is advice: who can reach an engine can run images without it.

Signers are keys. Keyless and content-trust signers of a policy load, and a
rule that needs one is undecided, which refuses. A rule's run part is not judged
by verify. An audit reads an image's config and history, not its layers; the
controls that need the layers are unknown, and never pass.
*/
package main
