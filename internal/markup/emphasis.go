package markup

import (
	"unicode"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// emphasisParser finds what * and _ emphasize, as CommonMark 0.31 §6.2 says, but for two things:
// a * inside a Latin word or a number is a letter like _ (2*3*4), and Chinese needs no space to
// end what ends in punctuation (**注意：**今天).
type emphasisParser struct{}

func (emphasisParser) Trigger() []byte { return []byte{'*', '_'} }

func (p emphasisParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	return delimiter(block, pc, p)
}

func (emphasisParser) IsDelimiter(b byte) bool { return b == '*' || b == '_' }

func (emphasisParser) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

func (emphasisParser) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }

// strikeParser finds what ~~ strikes out.
type strikeParser struct{}

func (strikeParser) Trigger() []byte { return []byte{'~'} }

func (p strikeParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if block.PrecendingCharacter() == '~' || run(line) != 2 { // one is "about", or a friendly tone
		return nil
	}
	return delimiter(block, pc, p)
}

func (strikeParser) IsDelimiter(b byte) bool { return b == '~' }

// In 好的~~谢谢~~ nothing is to be struck out: what opens inside a word must close inside one.
func (strikeParser) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char && (!opener.CanClose || closer.CanOpen)
}

func (strikeParser) OnMatch(int) ast.Node { return east.NewStrikethrough() }

// delimiter reads a run of one character that may open or close something.
func delimiter(block text.Reader, pc parser.Context, p parser.DelimiterProcessor) ast.Node {
	line, segment := block.PeekLine()
	n := run(line)
	after := ' '
	if n < len(line) {
		after = util.ToRune(line, n)
	}
	opens, closes := flanks(line[0], block.PrecendingCharacter(), after)
	d := parser.NewDelimiter(opens, closes, n, line[0], p)
	d.Segment = segment.WithStop(segment.Start + n)
	block.Advance(n)
	pc.PushDelimiter(d)
	return d
}

// run is how often the first character of line stands there.
func run(line []byte) int {
	n := 1
	for n < len(line) && line[n] == line[0] {
		n++
	}
	return n
}

// flanks is whether a run between two characters can open, and close. Chinese, Japanese and
// Korean text is for it like a space that is no space.
func flanks(char byte, before, after rune) (opens, closes bool) {
	loose := func(r rune) bool { return unicode.IsSpace(r) || punctuation(r) || eastAsian(r) }
	left := !unicode.IsSpace(after) && (!punctuation(after) || loose(before))
	right := !unicode.IsSpace(before) && (!punctuation(before) || loose(after))
	if char == '_' || latin(before) && latin(after) && char == '*' {
		return left && (!right || punctuation(before)), right && (!left || punctuation(after))
	}
	return left, right
}

func latin(r rune) bool { return r < 0x80 && spelled(r) }

func punctuation(r rune) bool { return util.IsPunctRune(r) && !eastAsian(r) }

func eastAsian(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Hangul) ||
		r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef
}
