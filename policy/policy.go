// Package policy decides. Parse reads a policy document strictly; Evaluate
// turns the document and the evidence into a Decision, as a pure function: no
// context, no files, no network, no log, no clock but the one it is handed.
//
// A verdict is the lowest of its reasons, and each reason says what is wrong,
// what to type about it and who can. What is missing, what does not verify and
// what could not be looked at are three different reasons: the first may be
// let pass by a rule in mode warn, the second never, and the third leaves the
// decision undecided, which every door takes as a refusal.
//
// Signers are counted by identity and by name, never by number of signatures.
// An audit is judged again from its facts, by the operator's profile and
// parameters; what the builder concluded from them is not looked at.
//
// Around that are the tools to write a policy with: Lint finds what parses and
// cannot mean well, Explain takes a decision apart, ParseCases and Fixture
// replay recorded evidence, Schema tells editors the shape.
//
// This build checks signers with a key. Keyless and content trust signers are
// read strictly, and a decision that depends on one is undecided.
package policy
