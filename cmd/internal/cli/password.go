package cli

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"

	"github.com/pratique-dev/pratique/verify/wire"
)

// maxPassword bounds what is read as a password, in bytes.
const maxPassword = 4 << 10

// passwordSource says where the password of a private key comes from: a file
// descriptor, COSIGN_PASSWORD, or the terminal. Never the command line, which
// every user of the machine can read (threat 136).
type passwordSource struct{ fd int }

const passwordFlagHelp = "read the key's password from this file `descriptor` (default $COSIGN_PASSWORD, else the terminal)"

func (a *app) password(src passwordSource, confirm bool) ([]byte, error) {
	if src.fd >= 0 {
		return fromDescriptor(src.fd)
	}
	if p, set := a.env.LookupEnv("COSIGN_PASSWORD"); set {
		return []byte(p), nil
	}
	if !isTerminal(a.env.Stdin) {
		return nil, usage(errors.New("the key needs a password and there is no terminal to ask on"),
			"set COSIGN_PASSWORD, or use --password-fd 3 3< FILE")
	}
	first, err := a.ask("Password for the private key: ")
	if err != nil || !confirm {
		return first, err
	}
	again, err := a.ask("The same password again: ")
	if err != nil {
		return nil, err
	}
	if string(first) != string(again) {
		return nil, usage(errors.New("the two passwords differ"), "run the command again")
	}
	return first, nil
}

func (a *app) ask(prompt string) ([]byte, error) {
	fmt.Fprint(a.env.Stderr, prompt)
	defer fmt.Fprintln(a.env.Stderr)
	return term.ReadPassword(int(a.env.Stdin.(*os.File).Fd()))
}

// fromDescriptor reads the first line of an inherited file descriptor.
func fromDescriptor(fd int) ([]byte, error) {
	f := os.NewFile(uintptr(fd), "password")
	if f == nil {
		return nil, usage(fmt.Errorf("--password-fd %d: no such descriptor", fd), "")
	}
	defer f.Close()
	b, err := wire.ReadAll(f, maxPassword)
	if err != nil {
		return nil, usage(fmt.Errorf("--password-fd %d: %w", fd, err), "")
	}
	for i, c := range b {
		if c == '\n' {
			b = b[:i]
			break
		}
	}
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b = b[:n-1]
	}
	return b, nil
}
