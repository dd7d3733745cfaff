package markup

import (
	"strings"
	"unicode/utf8"
)

// mayMark is whether there is anything in content that the parser could make something of, other
// than mentions. It looks at each byte once; it may be wrong in saying yes, never in saying no.
func mayMark(content string) bool {
	stars, lows := 0, 0
	begins := true // only white space before, on this line
	for i := 0; i < len(content); i++ {
		switch c := content[i]; c {
		case '\n', ' ', '\t', '\r', '\v', '\f':
			begins = begins || c == '\n'
			continue
		case '`', '<', '|':
			return true
		case '*':
			if stars++; stars > 1 || begins {
				return true
			}
		case '_':
			if lows++; lows > 1 {
				return true
			}
		case '~':
			if strings.HasPrefix(content[i:], "~~") {
				return true
			}
		case ']':
			if strings.HasPrefix(content[i:], "](") {
				return true
			}
		case ':':
			before, _ := utf8.DecodeLastRuneInString(content[:i])
			if n, _ := emojiName([]byte(content[i:min(len(content), i+longestEmoji)])); n > 0 && mayNameEmoji(before) {
				return true
			}
		case '>', '#', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			if begins && mayBeginBlock(content[i:]) {
				return true
			}
		}
		begins = false
	}
	return false
}

// mayBeginBlock is whether a line that begins so can be more than text, going by what
// follows its first mark.
func mayBeginBlock(line string) bool {
	rest := strings.TrimLeft(line, "0123456789")
	switch {
	case len(rest) < len(line): // an item's number
		return len(rest) > 1 && (rest[0] == '.' || rest[0] == ')') && isBlank(rest[1])
	case strings.HasPrefix(line, "---"):
		return true
	}
	rest = strings.TrimLeft(line, line[:1])
	return len(rest) > 0 && isBlank(rest[0])
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }
