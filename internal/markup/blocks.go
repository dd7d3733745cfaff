package markup

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// paragraphParser ends a paragraph where the quote or the list that it is in ends, also without
// an empty line: what is written under a quote is the answer to it. Indented text is text.
type paragraphParser struct{ parser.BlockParser }

func (p paragraphParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if last := pc.LastOpenedBlock().Node; last != nil && ast.IsParagraph(last) && last.Parent() == parent {
		return nil, parser.NoChildren
	}
	return p.BlockParser.Open(parent, reader, pc)
}

func (paragraphParser) CanInterruptParagraph() bool { return true }
func (paragraphParser) CanAcceptIndentedLine() bool { return true }

// quoteParser wants a space after each > and something to quote: >_< is a face.
type quoteParser struct{ parser.BlockParser }

func (p quoteParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if rest, ok := quoted(reader); !ok || util.IsBlank(rest) || tooDeep(parent) {
		return nil, parser.NoChildren
	}
	return p.BlockParser.Open(parent, reader, pc)
}

func (p quoteParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	if _, ok := quoted(reader); !ok {
		return parser.Close
	}
	return p.BlockParser.Continue(node, reader, pc)
}

// quoted is what follows the > of a line.
func quoted(reader text.Reader) (rest []byte, ok bool) {
	line, _ := reader.PeekLine()
	rest, ok = bytes.CutPrefix(bytes.TrimLeft(line, " "), []byte{'>'})
	return rest, ok && (len(rest) == 0 || util.IsSpace(rest[0]))
}

// listParser wants something in the first item, so that "1." and "* * *" are text; + is a plus,
// and 1986. a year.
type listParser struct{ parser.BlockParser }

func (listParser) Trigger() []byte { return []byte("-*0123456789") }

func (p listParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	line = bytes.TrimLeft(line, " ")
	digits := len(line) - len(bytes.TrimLeft(line, "0123456789"))
	if digits > 3 || len(bytes.Trim(line[min(len(line), digits+1):], " \t\r\n*-")) == 0 || tooDeep(parent) {
		return nil, parser.NoChildren
	}
	return p.BlockParser.Open(parent, reader, pc)
}

// tooDeep bounds what each line costs, and how far to the right text can go.
func tooDeep(parent ast.Node) bool {
	const most = 8
	depth := 0
	for n := parent; n != nil; n = n.Parent() {
		if n.Kind() == ast.KindBlockquote || n.Kind() == ast.KindList {
			depth++
		}
	}
	return depth >= most
}

// headingParser wants something in the heading.
type headingParser struct{ parser.BlockParser }

func (p headingParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	if len(bytes.Trim(line, " \t\r\n#")) == 0 {
		return nil, parser.NoChildren
	}
	return p.BlockParser.Open(parent, reader, pc)
}

// ruleParser takes --- alone: *** is a word not said, ___ a blank to fill in.
type ruleParser struct{ parser.BlockParser }

func (ruleParser) Trigger() []byte { return []byte{'-'} }

func (p ruleParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	if line = bytes.TrimSpace(line); len(line) < 3 || run(line) != len(line) {
		return nil, parser.NoChildren
	}
	return p.BlockParser.Open(parent, reader, pc)
}

// fenceParser also ends code at a line that ends in the fence.
type fenceParser struct{ parser.BlockParser }

func (p fenceParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	line, _ := reader.PeekLine()
	line = bytes.TrimRight(line, " \t\r\n")
	code := bytes.TrimRight(line, "`")
	state := p.BlockParser.Continue(node, reader, pc)
	if ticks := len(line) - len(code); state != parser.Close && ticks >= fenceLength(node, reader.Source()) {
		lines := node.Lines()
		last := lines.At(lines.Len() - 1)
		for last.Stop > last.Start && reader.Source()[last.Stop-1] != '`' {
			last.Stop--
		}
		last.Stop -= ticks
		lines.Set(lines.Len()-1, last)
		return parser.Close
	}
	return state
}

// fenceLength is how many ` begin a block of code; more than can be for one of ~.
func fenceLength(node ast.Node, source []byte) int {
	if source[node.Pos()] != '`' {
		return len(source)
	}
	return run(source[node.Pos():])
}

// tableTransformer leaves out tables without a bar under their header, and those of which goldmark
// would make another size: what is too much in a row it would drop, what is missing fill in,
// however much that is.
type tableTransformer struct{ parser.ParagraphTransformer }

func (t tableTransformer) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	const mostCells = 2000
	columns, above, lines := 0, 0, node.Lines()
	for i := range lines.Len() {
		line := lines.At(i)
		row := bytes.TrimSpace(line.Value(reader.Source()))
		n := cells(row)
		switch underHeader := len(bytes.Trim(row, "|-: \t")) == 0; {
		case columns > 0 && n > columns, n*lines.Len() > mostCells, underHeader && !bytes.Contains(row, []byte{'|'}):
			return
		case underHeader && columns == 0 && n == above:
			columns = n
		case underHeader && columns == 0:
			return
		}
		above = n
	}
	if columns > 0 {
		t.ParagraphTransformer.Transform(node, reader, pc)
	}
}

// cells is how many cells a row has at most.
func cells(row []byte) int {
	row = bytes.TrimSuffix(bytes.TrimPrefix(row, []byte{'|'}), []byte{'|'})
	return 1 + bytes.Count(row, []byte{'|'}) - bytes.Count(row, []byte(`\|`))
}
