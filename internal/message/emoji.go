package message

import (
	"strings"

	"github.com/rivo/uniseg"
)

// Emoji gives the emoji that s is, in its full form, so that one emoji is one string however it was
// typed; ok is false if s is not exactly one. It goes by the structure of emoji (Unicode TS #51 §1.4.9)
// rather than by a list of them, so that those of next year are emoji too.
func Emoji(s string) (emoji string, ok bool) {
	const longest = 64 // bytes; those of Unicode 16 have at most 35
	bare := []rune(strings.ReplaceAll(s, colored, ""))
	switch {
	case len(s) > longest:
		return "", false
	case len(bare) == 2 && regional(bare[0]) && regional(bare[1]): // a flag
		return string(bare), true
	case len(bare) == 2 && strings.ContainsRune("0123456789#*", bare[0]) && bare[1] == keycap:
		return string(bare[0]) + colored + string(keycap), true
	}
	var full strings.Builder
	for {
		n := element(bare, &full)
		if n == 0 {
			return "", false
		}
		if bare = bare[n:]; len(bare) == 0 {
			return full.String(), true
		}
		if bare[0] != joiner {
			return "", false
		}
		full.WriteRune(joiner)
		bare = bare[1:]
	}
}

const (
	colored  = "\ufe0f" // asks for the coloured form of what is else shown as text
	joiner   = '\u200d'
	keycap   = '\u20e3'
	flag     = '\U0001f3f4' // black; with tags, the flag of a part of a country
	tagStart = '\U000e0020'
	tagEnd   = '\U000e007f'
)

// element reads one picture with its skin tone or its tags, writes it in its full form, and returns how
// many characters it was.
func element(bare []rune, full *strings.Builder) (n int) {
	if len(bare) == 0 || !pictographic(bare[0]) {
		return 0
	}
	full.WriteRune(bare[0])
	if len(bare) > 1 && toned(bare[1]) {
		full.WriteRune(bare[1])
		return 2
	}
	if bare[0] == flag && len(bare) > 2 && bare[1] > tagStart && bare[1] < tagEnd {
		for n = 1; n < len(bare) && bare[n] > tagStart && bare[n] <= tagEnd; n++ {
			full.WriteRune(bare[n])
			if bare[n] == tagEnd {
				return n + 1
			}
		}
		return 0
	}
	if asText(bare[0]) {
		full.WriteString(colored)
	}
	return 1
}

func regional(r rune) bool { return r >= '\U0001f1e6' && r <= '\U0001f1ff' }

func toned(r rune) bool { return r >= '\U0001f3fb' && r <= '\U0001f3ff' }

// pictographic goes by the rule that a joiner makes one of two pictures (UAX #29, GB11). Else only what
// sticks to anything is one with another.
func pictographic(r rune) bool {
	return uniseg.GraphemeClusterCount(string([]rune{r, joiner, r})) == 1 && uniseg.GraphemeClusterCount(string([]rune{'a', r})) == 2
}

// asText is whether the picture is shown as text unless it is asked for otherwise. None that is younger
// than uniseg's tables is, nor any after the last one here.
func asText(r rune) bool {
	const last = '\U0001f6f3'
	return r <= last && uniseg.StringWidth(string(r)) == 1
}
