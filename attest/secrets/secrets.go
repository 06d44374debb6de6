// Package secrets finds credentials in text: by their shape, by the name of
// the variable they are given to, and by the name of the file they are in.
//
// # Shapes
//
// A provider gives its tokens a prefix so that they can be found, and so they
// are: one pass over the text looks for the literals of all rules at once, and
// only where one stands is a regular expression run, anchored there and over a
// bounded piece of text. Ordinary text is read as fast as a table is looked up
// in: 180 to 210 MB/s on one core, over 2.2 GB of a Debian host's files.
//
// The patterns are our own. Those that gitleaks maintains (v8.30.1, 222 rules)
// were measured first. Their package adds 0.5 ms of initialisation and 2.8 MB to
// every start of the program, whether it scans or not, and 126 ms to load them;
// most are keyed to words that ordinary text has, so that behind the same filter
// and on windows of 400 bytes they read 10 to 25 MB/s.
//
// # Names
//
// Where a shape says nothing the name may: DB_PASSWORD=... is a promise of a
// secret. Words are BuildKit's (rule SecretsUsedInArgOrEnv). What the value is
// decides how much the promise is worth, which is the caller's to judge by
// Length and Entropy.
//
// # Values
//
// What is found leaves this package as a place, a length and a fingerprint, but
// for [Find] and [Commands], whose callers have the text already.
package secrets

// Match is a credential found by its shape. Text[Start:End] is the credential.
type Match struct {
	Rule       string
	Start, End int
	// order is the rule's place in the list.
	order int
}

// Find applies the rules for shapes to text. Matches do not overlap and are in
// the order of the text; of one rule there are at most 256.
func Find(text []byte) []Match { return theEngine().find(text) }
