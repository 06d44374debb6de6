package cis

// Step is one instruction that made an image: a row of its history,
// normalised, or a line of the Dockerfile. It is not redacted.
type Step struct {
	// At is the row or the line.
	At      Place
	Builder Builder
	// Instruction is the Dockerfile's word in capitals, "" where there is none.
	Instruction string
	// Text is what the step says behind the instruction.
	Text string
	// Args are the K=V build arguments that builders write in front of a RUN in
	// the history.
	Args []string
	// Run is what a RUN executes.
	Run RunForm
	// Pairs are the K=V of ENV, ARG and LABEL; nil where they have to be read
	// from Text, as in a history, which has lost the quotes.
	Pairs []string
	// Add is what ADD and COPY bring in; nil where it has to be read from Text.
	Add *AddForm
}

// RunForm is the command of a RUN: a script for a POSIX shell, a script for
// another interpreter, or bare argv.
type RunForm struct {
	Script  string
	Foreign bool
	Argv    []string
	// Caches are the targets of cache mounts, which only a Dockerfile shows.
	Caches []string
	// read keeps the commands, once they were worked out; nil to not keep them.
	read *runReading
}

// AddForm is what an ADD or COPY of a Dockerfile says.
type AddForm struct {
	Sources []string
	Dest    string
	// Checksum is the value of --checksum, "" where there is none.
	Checksum string
	// Heredoc says that a source is a here document.
	Heredoc bool
	// From is COPY --from, "" where there is none.
	From string
}
