package search

import "slices"

// Tokens are what an index keeps of a Document and is asked for: words as they are, and others, which
// begin with an underscore, as no word does. No space or quote is in them.
//
// For phrases there is a token for any two neighbours: so an index needs no positions. Pairs share a million
// tokens, lest there be as many of them as pairs; Match knows which one was meant.
const (
	everyToken   = "_" // of every message
	roomPrefix   = "_r"
	authorPrefix = "_a"
	hasPrefix    = "_h"
	pairPrefix   = "_p"
)

// Tokens are all that d has, each once.
func (d Document) Tokens() []string {
	if d.room == "" {
		return nil
	}
	tokens := []string{everyToken, roomPrefix + d.room, authorPrefix + d.author}
	for _, what := range d.has {
		tokens = append(tokens, hasPrefix+what)
	}
	for _, t := range d.texts {
		for _, u := range t {
			tokens = append(tokens, u.text)
		}
		tokens = t.appendPairs(tokens)
	}
	slices.Sort(tokens)
	return slices.Compact(tokens)
}

// appendPairs appends the tokens of neighbours. Repetitions have their own, so that who looks for hahahaha
// is not led to every haha.
func (t Text) appendPairs(tokens []string) []string {
	const most = 9
	for i, again := 1, 0; i < len(t); i++ {
		if t[i].text == t[i-1].text {
			again = min(again+1, most)
		} else {
			again = 0
		}
		tokens = append(tokens, pairToken(t[i-1].text, again, t[i].text))
	}
	return tokens
}

func pairToken(one string, again int, next string) string {
	const (
		offset, prime = 2166136261, 16777619 // of FNV-1a
		alphabet      = "abcdefghijklmnopqrstuvwxyz234567"
	)
	h := uint32(offset)
	add := func(b byte) { h = (h ^ uint32(b)) * prime }
	for i := range len(one) {
		add(one[i])
	}
	add(byte(again))
	for i := range len(next) {
		add(next[i])
	}
	h ^= h >> 20
	return string([]byte{pairPrefix[0], pairPrefix[1], alphabet[h&31], alphabet[h>>5&31], alphabet[h>>10&31], alphabet[h>>15&31]})
}

// Wanted are the tokens of what may match a Query.
type Wanted struct {
	All     []string // it has each of these; there is at least one
	Authors []string // one of these, unless there is none
	Rooms   []string // one of these
	None    []string // and none of these
}

// mostTokens are enough to find what is looked for by a long query; Match looks for the rest.
const mostTokens = 64

// Wanted says what to ask an index for. What q looks for has it; what has it, Match must see.
func (q *Query) Wanted() Wanted {
	w := Wanted{Authors: prefixed(authorPrefix, q.From), Rooms: prefixed(roomPrefix, q.In)}
	for _, phrase := range q.said {
		if len(phrase) == 1 {
			w.All = append(w.All, phrase[0].text)
		}
		w.All = phrase.appendPairs(w.All)
	}
	w.All = append(w.All[:min(len(w.All), mostTokens)], prefixed(hasPrefix, q.has)...)
	if len(w.All) == 0 {
		w.All = []string{everyToken}
	}
	w.None = slices.Concat(prefixed(authorPrefix, q.NotFrom), prefixed(roomPrefix, q.NotIn), prefixed(hasPrefix, q.hasNot))
	for _, phrase := range q.unsaid {
		if len(phrase) == 1 {
			w.None = append(w.None, phrase[0].text)
		}
	}
	w.None = w.None[:min(len(w.None), mostTokens)]
	return w
}

func prefixed(prefix string, all []string) (tokens []string) {
	for _, one := range all {
		tokens = append(tokens, prefix+one)
	}
	return tokens
}
