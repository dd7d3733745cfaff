package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A parser takes what was typed from the front of rest.
type parser struct{ rest string }

func (p *parser) skipSpace() { p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace) }

// not takes a minus that stands before something; --word is no double no, but what programs are told.
func (p *parser) not() bool {
	after, minus := strings.CutPrefix(p.rest, "-")
	if next, _ := utf8.DecodeRuneInString(after); !minus || after == "" || next == '-' || unicode.IsSpace(next) {
		return false
	}
	p.rest = after
	return true
}

// operator takes one that is known, with its colon and what people put before names. Who writes Chinese
// has a wide colon.
func (p *parser) operator() (name string, known bool) {
	for _, name := range []string{"from", "in", "has", "before", "after", "on"} {
		if len(p.rest) <= len(name) || !strings.EqualFold(p.rest[:len(name)], name) {
			continue
		}
		for _, colon := range []string{":", "："} {
			if after, is := strings.CutPrefix(p.rest[len(name):], colon); is {
				p.rest = strings.TrimLeft(after, "@#")
				return name, true
			}
		}
	}
	return "", false
}

// value takes what stands in quotes, or all up to the next space or quote. A quote that is not closed
// reaches to the end.
func (p *parser) value() (value string) {
	if quote, size := utf8.DecodeRuneInString(p.rest); isQuote(quote) {
		value, p.rest = cut(p.rest[size:], isQuote)
		_, size = utf8.DecodeRuneInString(p.rest)
		p.rest = p.rest[size:]
		return value
	}
	value, p.rest = cut(p.rest, func(r rune) bool { return unicode.IsSpace(r) || isQuote(r) })
	return value
}

// cut cuts s before the first character at which f is true.
func cut(s string, f func(rune) bool) (before, rest string) {
	i := strings.IndexFunc(s, f)
	if i < 0 {
		i = len(s)
	}
	return s[:i], s[i:]
}

func isQuote(r rune) bool { return strings.ContainsRune(`"“”„＂`, r) }
