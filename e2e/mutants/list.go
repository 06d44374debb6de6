package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// mutant is one entry of a list: a check, what to put in its place, and the test that must notice.
type mutant struct {
	list string // file name of the list, for messages
	line int    // where the entry starts in it

	why  string // what would go wrong without the check
	file string // path from the module's top folder, with slashes
	old  string // fragment of one line, exactly once in file
	new  string
	pkg  string // "./verify/registry"
	test string // TestName, FuzzName or TestName/sub
}

func (m mutant) place() string { return fmt.Sprintf("%s:%d %s", m.list, m.line, m.file) }

// loadLists reads every list, or the one that only names, and checks each entry against the tree.
func loadLists(root, only string) ([]mutant, error) {
	files, err := listFiles(root, only)
	if err != nil {
		return nil, err
	}
	var all []mutant
	var bad []error
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		mutants, err := parseList(filepath.Base(file), text)
		if err != nil {
			bad = append(bad, err)
		}
		for _, m := range mutants {
			if err := m.applicable(root); err != nil {
				bad = append(bad, fmt.Errorf("%s: %w", m.place(), err))
			}
		}
		all = append(all, mutants...)
	}
	return all, errors.Join(bad...)
}

// parseList is strict: an unknown, repeated or missing line of an entry is an error with its place.
func parseList(name string, text []byte) ([]mutant, error) {
	var all []mutant
	var current *mutant
	var bad []error
	finish := func() {
		if current == nil {
			return
		}
		if err := current.complete(); err != nil {
			bad = append(bad, fmt.Errorf("%s:%d: %w", name, current.line, err))
		} else {
			all = append(all, *current)
		}
		current = nil
	}
	scanner := bufio.NewScanner(bytes.NewReader(text))
	for number := 1; scanner.Scan(); number++ {
		line := scanner.Text()
		if strings.TrimSpace(line) == "" {
			finish()
			continue
		}
		if current == nil {
			current = &mutant{list: name, line: number}
		}
		if err := current.set(line); err != nil {
			bad = append(bad, fmt.Errorf("%s:%d: %w", name, number, err))
		}
	}
	finish()
	return all, errors.Join(append(bad, scanner.Err())...)
}

// set takes one "key: value" line. Only the first space after the colon is not part of the value,
// since indentation may belong to the fragment.
func (m *mutant) set(line string) error {
	key, value, found := strings.Cut(line, ":")
	if !found {
		return fmt.Errorf("%q is not a key and a value", line)
	}
	value = strings.TrimPrefix(value, " ")
	if key == "test" {
		return m.setTest(value)
	}
	fields := map[string]*string{"# why": &m.why, "file": &m.file, "old": &m.old, "new": &m.new}
	field, known := fields[key]
	switch {
	case !known:
		return fmt.Errorf("unknown key %q", key)
	case *field != "":
		return fmt.Errorf("second %q in one entry", key)
	}
	*field = value
	return nil
}

func (m *mutant) setTest(value string) error {
	words := strings.Fields(value)
	if len(words) != 2 || !strings.HasPrefix(words[0], "./") {
		return fmt.Errorf("test wants a package and a name, such as ./verify TestName, not %q", value)
	}
	if m.test != "" {
		return errors.New(`second "test" in one entry`)
	}
	m.pkg, m.test = words[0], words[1]
	return nil
}

func (m *mutant) complete() error {
	for key, value := range map[string]string{"# why": m.why, "file": m.file, "old": m.old, "test": m.test} {
		if value == "" {
			return fmt.Errorf("entry has no %q", key)
		}
	}
	if m.old == m.new {
		return errors.New("old and new are the same")
	}
	return nil
}

// applicable checks an entry against the tree: the fragment occurs exactly once and the test exists.
func (m *mutant) applicable(root string) error {
	if !filepath.IsLocal(filepath.FromSlash(m.file)) {
		return fmt.Errorf("%q is not a path inside the tree", m.file)
	}
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(m.file)))
	if err != nil {
		return err
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		return fmt.Errorf("fragment occurs %d times, want once: %s", n, m.old)
	}
	return m.testExists(root)
}

func (m *mutant) testExists(root string) error {
	function, _, _ := strings.Cut(m.test, "/")
	if !regexp.MustCompile(`^(Test|Fuzz|Example)\w*$`).MatchString(function) {
		return fmt.Errorf("%q is not the name of a test", m.test)
	}
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(m.pkg), "*_test.go"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if strings.Contains(string(text), "\nfunc "+function+"(") {
			return nil
		}
	}
	return fmt.Errorf("no func %s in %s", function, m.pkg)
}
