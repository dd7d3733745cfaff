package server

import (
	"math"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// spans are the units that a time to wait is told in, in seconds, the longest first.
var spans = []struct {
	key     string
	seconds float64
}{{"door.days", 24 * 60 * 60}, {"door.hours", 60 * 60}, {"door.minutes", 60}, {"door.seconds", 1}}

// span is a time to wait in words, rounded up to the longest unit of which there are two or more.
func (p *pages) span(lang string, seconds float64) string {
	for _, unit := range spans {
		if seconds >= 2*unit.seconds || unit.seconds == 1 {
			return p.count(lang, unit.key, max(int(math.Ceil(seconds/unit.seconds)), 1))
		}
	}
	return ""
}

// count says how many of something there are.
func (p *pages) count(lang, key string, n int) string {
	words := p.words[lang]
	if plural.Cardinal.MatchPlural(language.Make(lang), n, 0, 0, 0, 0) == plural.One && words[key+".one"] != "" {
		key += ".one"
	} else {
		key += ".other"
	}
	return words.Say(key, "n", n)
}
