// Package secrets finds credentials in text: by their shape, by the name of
// the variable they are given to, and by the name of the file they are in.
package secrets

// Match is a credential found by its shape. Text[Start:End] is the credential.
type Match struct {
	Rule       string
	Start, End int
}

// Find applies the rules for shapes to text.
func Find(text []byte) []Match { return nil }

// Found is a secret in a file. It does not hold the value.
type Found struct {
	// Rule is the rule's id.
	Rule string
	// Line is the line, from 1; 0 where the file as a whole is meant.
	Line int
	// Name is the variable's name, if there is one.
	Name string
	// Length is the value's, in bytes, Entropy in hundredths of a bit per byte.
	Length, Entropy int
	// Fingerprint is 16 bits of a hash of the value, keyed by the key given.
	Fingerprint string
}

// File finds secrets in a file of a layer: by its name (path has no leading
// slash), and, where content is not nil, in its content. key is for the
// fingerprints.
func File(path string, content []byte, key string) []Found { return nil }

// Suspect reports whether a file's name alone says that it holds credentials,
// so that its content is worth reading where contents are not searched.
func Suspect(path string) bool { return false }
