// Package shell reads the script of a RUN instruction and lists the simple
// commands it would run, in order, without running anything.
//
// Shell is a language whose programs decide at run time what they do, so the
// list is a reading, not a prediction: every branch of an if or case and every
// body of a loop counts, and what depends on the machine stands as a loose
// word. What can be followed from the text is followed: variables that the
// script itself sets, functions it defines and calls, here documents and
// strings that it hands to another shell, and wrappers such as sudo or env that
// start the real command.
//
// A script that cannot be parsed is an error, and whoever asked must not take
// it for one without commands (S15).
package shell

import "errors"

// Limits on a script.
const (
	MaxScript   = 256 << 10 // bytes of one script
	MaxDepth    = 64        // constructs, calls and scripts inside each other
	MaxCommands = 8192      // simple commands
	maxSteps    = 64 << 10  // statements and variables visited, calls included
	maxText     = 4 << 20   // bytes of all words
	maxFrames   = 4096      // stack frames of the parser
)

// Why a script was not read.
var (
	ErrTooBig  = errors.New("the script is too big")
	ErrNesting = errors.New("the script nests too deep")
	ErrSyntax  = errors.New("the script cannot be parsed")
)

// Script is what a script runs.
type Script struct {
	// Commands are in the order they are run in when nothing fails, those of a
	// substitution before the command that uses its output.
	Commands []Command
	// Loops are the bodies of loops, conditions included: there, what comes
	// later may also come before.
	Loops []Span
	// Unread are the texts that were handed to another shell and could not be
	// parsed.
	Unread []string
}

// Span is a range of Script.Commands; To is one past the last.
type Span struct{ From, To int }

// Empty reports whether the span has no commands.
func (s Span) Empty() bool { return s.From >= s.To }

// Command is one simple command behind its wrappers, or assignments that stand
// alone.
type Command struct {
	// Words are the program and its arguments, empty where the command is only
	// assignments.
	Words []Word
	// Assigns are the variables set in front of the command, by a wrapper such
	// as env, or by export and its like.
	Assigns []Assign
	// Redirects are those of the command and of the constructs around it.
	Redirects []Redirect
	// Stdin are the commands whose output it reads through a pipe.
	Stdin Span
	// Uncalled says that the command is in a function that nothing was seen to
	// call.
	Uncalled bool
}

// Word is one word of a command after expansion.
type Word struct {
	// Text has a $ in place of every part that is only known at run time; then
	// Loose is set.
	Text  string
	Loose bool
	// Output are the commands whose output is part of the word.
	Output []Span
	// File says that the word is a process substitution: a file with that
	// output.
	File bool
}

// Assign gives a variable a value.
type Assign struct {
	Name  string
	Value Word
}

// Redirect is a redirection. Op is as written without the number in front; for
// here documents (<<, <<-, <<<) Target is the text.
type Redirect struct {
	Op     string
	Target Word
}

// Parse reads a script as bash, else as a POSIX shell, else as mksh would.
func Parse(src string) (Script, error) {
	w := newWalker()
	if err := w.source(src); err != nil {
		return Script{}, err
	}
	return w.finish()
}

// Argv reads one command that is given as a list of words, as the exec form
// of RUN does.
func Argv(argv []string) (Script, error) {
	size := 0
	words := make([]Word, len(argv))
	for i, a := range argv {
		words[i].Text = a
		size += len(a)
	}
	if size > MaxScript || len(argv) > MaxCommands {
		return Script{}, ErrTooBig
	}
	w := newWalker()
	if err := w.run(Command{Words: words}); err != nil {
		return Script{}, err
	}
	return w.finish()
}
