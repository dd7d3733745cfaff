package markup

import (
	"github.com/yuin/goldmark-emoji/definition"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

const longestEmoji = 64 // bytes of a name, with its colons

// emojiName reads the :name: of an emoji, as GitHub names them, at the beginning of text, and
// returns how long that is and the emoji; 0 if there is none. GitHub's own pictures are none.
func emojiName(text []byte) (n int, emoji string) {
	for n = 1; n < len(text) && n < longestEmoji; n++ {
		c := text[n]
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '+' {
			continue
		}
		if c != ':' {
			break
		}
		e, ok := definition.Github().Get(string(text[1:n]))
		if !ok || !e.IsUnicode() {
			break
		}
		return n + 1, string(e.Unicode)
	}
	return 0, ""
}

// mayNameEmoji is whether a colon after that character can begin a name: not in 10:100:30.
func mayNameEmoji(before rune) bool {
	return before != ':' && (before >= 0x80 || !spelled(before))
}

type emojiParser struct{}

func (emojiParser) Trigger() []byte { return []byte{':'} }

func (emojiParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	n, emoji := emojiName(line)
	if n == 0 || !mayNameEmoji(block.PrecendingCharacter()) {
		return nil
	}
	block.Advance(n)
	return ast.NewString([]byte(emoji))
}
