package auth

import (
	"strings"
	"unicode"

	"github.com/mileusna/useragent"
)

const (
	maxAgent   = 512 // bytes of a User-Agent that are looked at
	maxBrowser = 40  // characters of each part of a browser's name
)

// browser is how somebody will recognize a session in the list of their devices, such as
// "Firefox on Linux"; "" for what does not say.
func browser(agent string) string {
	known := useragent.Parse(strings.ToValidUTF8(agent[:min(len(agent), maxAgent)], ""))
	name, system := plain(known.Name), plain(known.OS)
	if name == "" || system == "" {
		return name + system
	}
	return name + " on " + system
}

// plain keeps what can be seen of a name that a client gave itself, and not too much of it.
func plain(name string) string {
	visible := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name))
	return strings.TrimSpace(string(visible[:min(len(visible), maxBrowser)]))
}
