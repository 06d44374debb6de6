package cli

import "errors"

// The exit codes, stable for scripts. An error or a panic is never an allow.
const (
	StatusAllowed   = 0 // allowed (also with warnings), audit clean
	StatusUndecided = 1 // could not decide, or the tool failed
	StatusUsage     = 2 // usage, bad policy or bad input
	StatusDenied    = 3 // denied, or audit findings at or above the threshold
)

// failure is an error with the exit code it means and what to type about it.
type failure struct {
	status int
	err    error
	hint   string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usage marks err as the caller's to mend.
func usage(err error, hint string) error { return &failure{StatusUsage, err, hint} }

// failed marks err as something that went wrong on the way.
func failed(err error, hint string) error { return &failure{StatusUndecided, err, hint} }

// errDenied carries exit code 3; what was denied has been reported already.
var errDenied = &failure{status: StatusDenied, err: errors.New("denied")}

// errUndecided carries exit code 1; why has been reported already.
var errUndecided = &failure{status: StatusUndecided, err: errors.New("could not decide")}

// reported tells whether the user has already been shown what err says.
func reported(err error) bool { return err == errDenied || err == errUndecided }

// worse returns the exit code that wins when several images were judged.
func worse(a, b int) int {
	for _, s := range []int{StatusUsage, StatusUndecided, StatusDenied} {
		if a == s || b == s {
			return s
		}
	}
	return StatusAllowed
}

// statusError is the error that makes the process exit with status.
func statusError(status int) error {
	switch status {
	case StatusAllowed:
		return nil
	case StatusDenied:
		return errDenied
	}
	return errUndecided
}
