package report

// Item is one piece of a finding: what was found, where, and whose it is.
type Item struct {
	Status string `json:"status"`
	// Effect is set where a profile or an exception judges this item by itself;
	// else the control's effect is the item's.
	Effect string `json:"effect,omitempty"`
	// Exception is the reason of an exception that covers this item, whose
	// effect is then none.
	Exception string `json:"exception,omitempty"`
	Origin    string `json:"origin"`
	Text      string `json:"text"`
	// Source is config, history, layer or dockerfile; the fields after it say
	// where in it, as far as that is known.
	Source string `json:"source,omitempty"`
	// Row is the row of the history, Layer the layer, both from 1 for the
	// oldest. DiffID is the digest of that layer's uncompressed tar.
	Row    int    `json:"row,omitempty"`
	Layer  int    `json:"layer,omitempty"`
	DiffID string `json:"diffId,omitempty"`
	// Path is the file in the layer, without a leading slash.
	Path string `json:"path,omitempty"`
	// Line is the line of the Dockerfile, or of the file at Path, from 1.
	Line int `json:"line,omitempty"`
}

// Base is the image below the audited one.
type Base struct {
	Ref    string `json:"ref,omitempty"`
	Digest string `json:"digest,omitempty"`
	// How says who names it: given, annotation or dockerfile.
	How string `json:"how"`
	// Layers is how many of the lowest layers are the base's; 0 where that was
	// not shown, and Mismatch says why if the base was held against the image.
	Layers   int    `json:"layers,omitempty"`
	Mismatch string `json:"mismatch,omitempty"`
	Created  string `json:"created,omitempty"`
}

// Facts are beside the benchmark: no control rests on them. What was not
// looked at is left out; an empty list was looked for and is empty.
type Facts struct {
	// Created is left out where it is a date of reproducible builds, such as 1970.
	Created string `json:"created,omitempty"`
	// Kind is scratch, distroless or full.
	Kind         string `json:"kind,omitempty"`
	Distribution string `json:"distribution,omitempty"`
	// Size is the sum of the layers' uncompressed bytes, Compressed of those
	// that are pulled.
	Size       int64 `json:"size,omitempty"`
	Compressed int64 `json:"compressed,omitempty"`
	Layers     int   `json:"layers,omitempty"`
	Entries    int   `json:"entries,omitempty"`
	// Shells and PackageManagers are paths, PrivilegedPorts the exposed ports
	// below 1024, such as 80/tcp.
	Shells          []string `json:"shells,omitzero"`
	PackageManagers []string `json:"packageManagers,omitzero"`
	PrivilegedPorts []string `json:"privilegedPorts,omitzero"`
}
