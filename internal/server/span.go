package server

import (
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"gochatting/internal/message"
)

// span is a time to wait in words.
func (p *pages) span(lang string, seconds float64) string {
	n, unit := message.Span(seconds)
	words, key := p.words[lang], "door."+unit
	if plural.Cardinal.MatchPlural(language.Make(lang), n, 0, 0, 0, 0) == plural.One && words[key+".one"] != "" {
		key += ".one"
	} else {
		key += ".other"
	}
	return words.Say(key, "n", n)
}
