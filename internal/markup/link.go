package markup

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// linkParser lets a link or an image that leads nowhere we link to be the text it is. Since each ]
// that ends no link can cost as much as the content is long, only so many are looked at.
type linkParser struct{ parser.InlineParser }

const mostMisses = 200

var missesKey = parser.NewContextKey()

func (p linkParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	char, closing := block.PeekLine()
	if char[0] != ']' {
		return p.InlineParser.Parse(parent, block, pc)
	}
	misses, _ := pc.Get(missesKey).(int)
	if misses > mostMisses {
		return nil
	}
	line, position := block.Position()
	node := p.InlineParser.Parse(parent, block, pc)
	var destination []byte
	opening := 1
	switch n := node.(type) {
	case *ast.Link:
		destination = n.Destination
	case *ast.Image:
		destination, opening = n.Destination, 2
	}
	if _, ok := href(unescaped(destination)); ok {
		return node
	}
	pc.Set(missesKey, misses+1)
	if node == nil {
		return nil
	}
	ast.MergeOrAppendTextSegment(parent, text.NewSegment(node.Pos(), node.Pos()+opening))
	for child := node.FirstChild(); child != nil; child = node.FirstChild() {
		parent.AppendChild(parent, child)
	}
	block.SetPosition(line, position)
	block.Advance(1)
	return ast.NewTextSegment(closing.WithStop(closing.Start + 1))
}

func (p linkParser) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	p.InlineParser.(parser.CloseBlocker).CloseBlock(parent, block, pc)
}

func unescaped(destination []byte) string { return string(util.UnescapePunctuations(destination)) }

// angleParser reads <https://…> and <ann@example.com>.
type angleParser struct{ parser.InlineParser }

func (p angleParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	node, ok := p.InlineParser.Parse(parent, block, pc).(*ast.AutoLink)
	if !ok {
		return nil
	}
	if _, ok := href(angleAddress(node, block.Source())); !ok {
		return nil
	}
	return node
}

func angleAddress(node *ast.AutoLink, source []byte) string {
	address := string(node.URL(source))
	if node.AutoLinkType == ast.AutoLinkEmail {
		address = "mailto:" + address
	}
	return address
}
