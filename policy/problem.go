package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// maxProblems is how many problems of one document are reported.
const maxProblems = 20

// pos is a place in a YAML file, both counted from 1. The zero pos stands for
// the whole file.
type pos struct{ line, col int }

// Problem is one thing that is wrong with a document, where it is wrong.
type Problem struct {
	// File is the name given in Source; Line and Col count from 1.
	File      string
	Line, Col int
	// Text says what is wrong, Hint what to write instead, or is "".
	Text, Hint string
}

// Error is FILE:LINE:COL: text; hint.
func (p Problem) Error() string {
	s := fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Col, p.Text)
	if p.Hint != "" {
		s += "; " + p.Hint
	}
	return s
}

// Problems is why a document was refused: every problem that was found, in the
// order of the file, at most 20.
type Problems []Problem

// Error is one line for each problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// report collects the problems of one file.
type report struct {
	file string
	list Problems
}

func (r *report) add(at pos, hint, format string, args ...any) {
	p := Problem{File: r.file, Line: max(at.line, 1), Col: max(at.col, 1), Text: fmt.Sprintf(format, args...), Hint: hint}
	if !slices.Contains(r.list, p) {
		r.list = append(r.list, p)
	}
}

// err is nil only if nothing was added.
func (r *report) err() error {
	if len(r.list) == 0 {
		return nil
	}
	slices.SortStableFunc(r.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return r.list[:min(len(r.list), maxProblems)]
}

// suggest names the known word nearest to a mistyped one, as a hint, or else
// all of them.
func suggest(word string, known []string) string {
	if hint := near(word, known); hint != "" || len(known) == 0 {
		return hint
	}
	return "known: " + strings.Join(known, ", ")
}

// near names the known word nearest to a mistyped one, "" if none is near.
func near(word string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := editDistance(strings.ToLower(word), strings.ToLower(k)); d < distance && d < len(k) {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// editDistance counts the insertions, deletions and replacements between two
// words. Long words are not compared: nobody mistypes 64 letters.
func editDistance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(row[j]+1, row[j+1]+1, diagonal+cost)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
