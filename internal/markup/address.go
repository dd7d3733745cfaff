package markup

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// webAddress is what follows http or https in a bare address, as the page finds it in plain
// text, too: in the host only ASCII, since Chinese goes on after an address without a space;
// after the first slash anything, up to a space, a quote or full-width punctuation.
var webAddress = regexp.MustCompile(`^://(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d+)?` +
	`(?:[/?#][^\s\pZ\x{feff}<>"'` + "`" + `\x{3000}-\x{303f}\x{ff01}-\x{ff0f}\x{ff1a}-\x{ff20}\x{ff3b}-\x{ff40}\x{ff5b}-\x{ff65}\x{2018}-\x{201d}\x{2026}]*)?`)

// addressNode is a web address as it stands in the text.
type addressNode struct {
	ast.BaseInline
	segment text.Segment
}

var kindAddress = ast.NewNodeKind("Address")

func (n *addressNode) Kind() ast.NodeKind { return kindAddress }

func (n *addressNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// addressParser finds web addresses by their colon, and takes the scheme back from the text
// before it.
type addressParser struct{}

func (addressParser) Trigger() []byte { return []byte{':'} }

func (addressParser) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	before, ok := parent.LastChild().(*ast.Text)
	if !ok || before.Segment.Stop != segment.Start || !bytes.HasPrefix(line, []byte("://")) {
		return nil
	}
	scheme := webScheme(before.Segment.Value(block.Source()))
	rest := webAddress.Find(line)
	if scheme == 0 || rest == nil {
		return nil
	}
	start := before.Segment.Stop - scheme
	address := sentenceTrimmed(string(block.Source()[start:segment.Start]) + string(rest))
	stop := start + len(address)
	if _, ok := href(address); !ok || stop <= segment.Start {
		return nil
	}
	if before.Segment.Stop = start; before.Segment.IsEmpty() {
		parent.RemoveChild(parent, before)
	}
	block.Advance(stop - segment.Start)
	return &addressNode{segment: text.NewSegment(start, stop)}
}

// webScheme is how long the http or https is that text ends in, as a word of its own.
func webScheme(text []byte) int {
	for _, scheme := range []string{"http", "https"} {
		start := len(text) - len(scheme)
		if start < 0 || !strings.EqualFold(string(text[start:]), scheme) {
			continue
		}
		if start == 0 || !latin(rune(text[start-1])) {
			return len(scheme)
		}
	}
	return 0
}

// sentenceTrimmed is address without the punctuation of the sentence around it; a closing
// bracket stays if it was opened.
func sentenceTrimmed(address string) string {
	unopened := make(map[byte]int)
	for _, pair := range []string{"()", "[]", "{}"} {
		unopened[pair[1]] = strings.Count(address, pair[1:]) - strings.Count(address, pair[:1])
	}
	for end := len(address); end > 0; end-- {
		switch last := address[end-1]; {
		case unopened[last] > 0:
			unopened[last]--
		case !strings.ContainsRune(".,:;!?*_~", rune(last)):
			return address[:end]
		}
	}
	return ""
}

// href is where a link may lead: to the web, or to a mail to be written. What looks relative is
// refused too: it would lead into our own pages.
func href(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", false
	}
	switch u.Scheme {
	case "http", "https":
		return address, u.Hostname() != ""
	case "mailto":
		return address, u.Opaque != ""
	}
	return "", false
}
