// Package policy decides. Parse reads a policy document strictly; Evaluate
// turns the document and the evidence into a Decision, as a pure function: no
// context, no files, no network, no log, no clock but the one it is handed.
package policy
