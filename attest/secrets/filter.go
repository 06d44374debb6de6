package secrets

// automaton finds many literals in one pass over a text, one table look-up a
// byte, however many there are (Aho and Corasick, CACM 18(6), 1975).
type automaton struct {
	// column maps a byte to its column; bytes that no literal has share one.
	column [256]uint8
	shift  uint
	// next is the table: state<<shift | column gives the next state, with the
	// bit ends set where a literal ends there.
	next []uint16
	// ended are the literals that end in a state, by their index.
	ended [][]uint16
}

// ends marks the table's entries for states in which a literal ends.
const ends = 1 << 15

func newAutomaton(literals []string) *automaton {
	a := &automaton{}
	columns := a.setColumns(literals)
	for 1<<a.shift < columns {
		a.shift++
	}
	a.grow()
	for i, l := range literals {
		a.insert(l, uint16(i))
	}
	a.link(columns)
	return a
}

// setColumns gives every byte of a literal a column and returns their number.
func (a *automaton) setColumns(literals []string) int {
	columns := 1
	for _, l := range literals {
		for i := range len(l) {
			if a.column[l[i]] == 0 {
				a.column[l[i]] = uint8(columns)
				columns++
			}
		}
	}
	return columns
}

// grow adds a state.
func (a *automaton) grow() uint16 {
	a.next = append(a.next, make([]uint16, 1<<a.shift)...)
	a.ended = append(a.ended, nil)
	return uint16(len(a.ended) - 1)
}

func (a *automaton) at(state uint16, column uint8) int { return int(state)<<a.shift | int(column) }

// insert adds a literal's path of states.
func (a *automaton) insert(literal string, index uint16) {
	state := uint16(0)
	for i := range len(literal) {
		at := a.at(state, a.column[literal[i]])
		to := a.next[at]
		if to == 0 {
			to = a.grow()
			a.next[at] = to
		}
		state = to
	}
	a.ended[state] = append(a.ended[state], index)
}

// link completes the table, level by level: where a path ends, a text goes on
// in the longest other path it has just followed.
func (a *automaton) link(columns int) {
	fall := make([]uint16, len(a.ended))
	for queue := []uint16{0}; len(queue) > 0; queue = queue[1:] {
		state := queue[0]
		row := a.next[a.at(state, 0):][:columns]
		below := a.next[a.at(fall[state], 0):][:columns]
		for c, to := range row {
			switch {
			case to == 0 && state != 0:
				row[c] = below[c]
			case to != 0:
				if state != 0 {
					fall[to] = below[c] &^ ends
				}
				a.ended[to] = append(a.ended[to], a.ended[fall[to]]...)
				row[c] = a.marked(to)
				queue = append(queue, to)
			}
		}
	}
}

func (a *automaton) marked(state uint16) uint16 {
	if len(a.ended[state]) > 0 {
		return state | ends
	}
	return state
}

// each calls found for every literal in text, with the offset behind it, in
// the order of these offsets.
func (a *automaton) each(text []byte, found func(literal uint16, end int)) {
	state := uint16(0)
	for i, b := range text {
		state = a.next[int(state)<<a.shift|int(a.column[b])]
		if state&ends == 0 {
			continue
		}
		state &^= ends
		for _, literal := range a.ended[state] {
			found(literal, i+1)
		}
	}
}
