package markup

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

const deepest = 40 // elements in one another

var (
	errDeep = errors.New("markup: too many elements in one another")
	errLong = errors.New("markup: too much HTML")
)

// A writer writes a document as HTML, and nothing but the elements and attributes that stand here.
type writer struct {
	bytes.Buffer
	source  []byte
	code    *highlighter
	most    int // bytes
	depth   int
	marked  bool // there is more than paragraphs of text and bare addresses
	seen    bool // there is something to see
	escaped bool // a backslash was taken away
}

func (w *writer) children(n ast.Node) error {
	if w.depth++; w.depth > deepest {
		return errDeep
	}
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		if err := w.node(child); err != nil {
			return err
		}
		if w.Len() > w.most {
			return errLong
		}
	}
	w.depth--
	return nil
}

// element writes a tag, n's children and the closing tag.
func (w *writer) element(open, name, end string, n ast.Node) error {
	w.marked = true
	w.WriteString(open)
	err := w.children(n)
	w.WriteString("</" + name + ">" + end)
	return err
}

func (w *writer) node(node ast.Node) error {
	switch n := node.(type) {
	case *ast.Document:
		return w.children(n)
	case *ast.Paragraph:
		w.WriteString("<p>")
		err := w.children(n)
		w.WriteString("</p>\n")
		return err
	case *ast.TextBlock:
		err := w.children(n)
		if n.NextSibling() != nil {
			w.WriteByte('\n')
		}
		return err
	case *ast.Heading: // h1 and h2 are the page's own
		tag := fmt.Sprint("h", min(n.Level+2, 6))
		return w.element("<"+tag+">", tag, "\n", n)
	case *ast.Blockquote:
		return w.element("<blockquote>\n", "blockquote", "\n", n)
	case *ast.List:
		switch {
		case !n.IsOrdered():
			return w.element("<ul>\n", "ul", "\n", n)
		case n.Start == 1:
			return w.element("<ol>\n", "ol", "\n", n)
		}
		return w.element(fmt.Sprintf("<ol start=\"%d\">\n", n.Start), "ol", "\n", n)
	case *ast.ListItem:
		return w.element("<li>", "li", "\n", n)
	case *east.TaskCheckBox:
		checked := ""
		if n.IsChecked {
			checked = ` checked=""`
		}
		w.WriteString(`<input type="checkbox" disabled=""` + checked + `>`)
	case *ast.FencedCodeBlock:
		w.fenced(n)
	case *ast.ThematicBreak:
		w.marked = true
		w.WriteString("<hr>\n")
	case *east.Table:
		return w.table(n)
	case *ast.Emphasis:
		if n.Level == 2 {
			return w.element("<strong>", "strong", "", n)
		}
		return w.element("<em>", "em", "", n)
	case *east.Strikethrough:
		return w.element("<del>", "del", "", n)
	case *ast.CodeSpan:
		w.codeSpan(n)
	case *ast.Link:
		return w.link(unescaped(n.Destination), n)
	case *ast.Image:
		return w.link(unescaped(n.Destination), n)
	case *ast.AutoLink:
		w.marked = true
		w.address(angleAddress(n, w.source), string(n.Label(w.source)), n)
	case *addressNode:
		address := string(n.segment.Value(w.source))
		w.address(address, address, n)
	case *mentionNode:
		w.marked = true
		w.WriteString(`<span class="mention" data-user="` + html.EscapeString(strings.Join(n.ids, " ")) + `">`)
		w.plain(n.segment.Value(w.source))
		w.WriteString("</span>")
	case *ast.String: // an emoji
		w.marked = true
		w.plain(n.Value)
	case *ast.Text:
		w.text(n.Segment.Value(w.source))
		if n.SoftLineBreak() || n.HardLineBreak() {
			w.WriteString("<br>\n")
		}
	default:
		return fmt.Errorf("markup: a %s, which nothing here makes", node.Kind())
	}
	return nil
}

// plain writes text as it is.
func (w *writer) plain(text []byte) {
	w.seen = w.seen || len(bytes.TrimSpace(text)) > 0
	w.WriteString(html.EscapeString(string(text)))
}

// text writes text in which a backslash before punctuation goes; but not the arm of ¯\_(ツ)_/¯.
func (w *writer) text(text []byte) {
	start := 0
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '\\' || !util.IsPunct(text[i+1]) || text[i+1] == '_' && bytes.HasSuffix(text[:i], []byte("¯")) {
			continue
		}
		w.plain(text[start:i])
		w.escaped = true
		i++
		start = i
	}
	w.plain(text[start:])
}

func (w *writer) codeSpan(n *ast.CodeSpan) {
	w.marked = true
	w.WriteString("<code>")
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		w.plain(bytes.ReplaceAll(child.(*ast.Text).Segment.Value(w.source), []byte{'\n'}, []byte{' '}))
	}
	w.WriteString("</code>")
}

func (w *writer) fenced(n *ast.FencedCodeBlock) {
	w.marked = true
	info := ""
	if n.Info != nil {
		info = string(n.Info.Segment.Value(w.source))
	}
	language, ok := languageOf(info)
	code := strings.TrimSuffix(string(n.Lines().Value(w.source)), "\n")
	if !ok { // ```this is no language
		code = strings.TrimSuffix(info+"\n"+code, "\n")
	}
	w.seen = w.seen || strings.TrimSpace(code) != ""
	w.WriteString("<pre><code")
	if language != "" {
		w.WriteString(` class="language-` + language + `"`)
	}
	w.WriteString(">" + w.code.highlight(language, code) + "</code></pre>\n")
}

// link writes a link with n's children as its text, or with where it leads if there are none.
func (w *writer) link(address string, n ast.Node) error {
	w.marked = true
	if inLink(n) {
		return w.children(n)
	}
	w.openLink(address)
	before := w.Len()
	err := w.children(n)
	if w.Len() == before {
		w.plain([]byte(address))
	}
	w.WriteString("</a>")
	return err
}

func (w *writer) address(address, label string, n ast.Node) {
	if inLink(n) {
		w.plain([]byte(label))
		return
	}
	w.openLink(address)
	w.plain([]byte(label))
	w.WriteString("</a>")
}

func (w *writer) openLink(address string) {
	w.WriteString(`<a href="` + html.EscapeString(address) + `" rel="noopener noreferrer nofollow" target="_blank">`)
}

// inLink is whether n stands in the text of a link already.
func inLink(n ast.Node) bool {
	for p := n.Parent(); p != nil && p.Type() == ast.TypeInline; p = p.Parent() {
		if p.Kind() == ast.KindLink || p.Kind() == ast.KindImage {
			return true
		}
	}
	return false
}

func (w *writer) table(n *east.Table) error {
	w.marked = true
	w.WriteString("<table>\n")
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		header := row.Kind() == east.KindTableHeader
		cell := "td"
		switch {
		case header:
			cell = "th"
			w.WriteString("<thead>\n")
		case row.PreviousSibling().Kind() == east.KindTableHeader:
			w.WriteString("<tbody>\n")
		}
		w.WriteString("<tr>")
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			open := "<" + cell
			if align := c.(*east.TableCell).Alignment; align != east.AlignNone {
				open += ` align="` + align.String() + `"`
			}
			if err := w.element(open+">", cell, "", c); err != nil {
				return err
			}
		}
		w.WriteString("</tr>\n")
		switch {
		case header:
			w.WriteString("</thead>\n")
		case row.NextSibling() == nil:
			w.WriteString("</tbody>\n")
		}
		if w.Len() > w.most {
			return errLong
		}
	}
	w.WriteString("</table>\n")
	return nil
}
