package policy

// Code is the stable name of a reason.
type Code string
