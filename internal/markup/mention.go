package markup

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"gochatting/internal/message"
)

// mostMentioned is how many people one message can mention, besides everyone.
const mostMentioned = 100

// meant knows whom the names in one content mean, and gathers who was found.
type meant struct {
	ids     map[string][]string // by folded name
	longest int                 // bytes of such a name
	prefer  []string
	tried   int // of the @ that may be looked at
	found   []string
}

func newMeant(people []message.User, prefer []string) *meant {
	m := &meant{ids: make(map[string][]string), longest: len(message.MentionHere), prefer: slices.Clone(prefer)}
	for _, p := range people {
		if name := message.Fold(p.Name); name != "" && !slices.Contains(m.ids[name], p.ID) {
			m.ids[name] = append(m.ids[name], p.ID)
			m.longest = max(m.longest, len(name))
		}
	}
	m.ids[message.MentionHere] = []string{message.MentionHere}
	return m
}

// name reads the longest name at the beginning of text: where it ends, and whom it means.
func (m *meant) name(text string) (end int, ids []string) {
	for e := range nameEnds(text) {
		name := message.Fold(text[:e])
		if len(name) > m.longest {
			break
		}
		if is := m.ids[name]; is != nil {
			end, ids = e, is
		}
	}
	if end == 0 {
		return 0, nil
	}
	ids = m.choose(ids)
	if m.mention(ids); len(m.found) > mostMentioned {
		m.found = m.found[:mostMentioned]
		return 0, nil
	}
	return end, ids
}

// choose takes of several people of one name the one who was chosen for this place; who was
// chosen last is meant in all places that follow.
func (m *meant) choose(ids []string) []string {
	if len(ids) == 1 {
		return ids
	}
	among := func(id string) bool { return slices.Contains(ids, id) }
	i := slices.IndexFunc(m.prefer, among)
	if i < 0 {
		return ids
	}
	chosen := m.prefer[i]
	if slices.ContainsFunc(m.prefer[i+1:], among) {
		m.prefer = slices.Delete(m.prefer, i, i+1)
	}
	return []string{chosen}
}

func (m *meant) mention(ids []string) {
	for _, id := range ids {
		if !slices.Contains(m.found, id) {
			m.found = append(m.found, id)
		}
	}
}

// inPlain are who is mentioned in what is shown as it was typed, its code included.
func (m *meant) inPlain(content string) []string {
	for at := range ats(content) {
		m.name(content[at+1:])
	}
	return m.found
}

var meantKey = parser.NewContextKey()

// mentionNode is an @ with a name that means somebody.
type mentionNode struct {
	ast.BaseInline
	segment text.Segment
	ids     []string
}

var kindMention = ast.NewNodeKind("Mention")

func (n *mentionNode) Kind() ast.NodeKind { return kindMention }

func (n *mentionNode) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"IDs": strings.Join(n.ids, " ")}, nil)
}

// mentionParser comes before what emphasizes, so that a name may have * and _ in it.
type mentionParser struct{}

func (mentionParser) Trigger() []byte { return []byte{'@'} }

func (mentionParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	m := pc.Get(meantKey).(*meant)
	if m.tried == mostNames || !mayMention(block.PrecendingCharacter()) {
		return nil
	}
	m.tried++
	line, segment := block.PeekLine()
	end, ids := m.name(string(line[1:]))
	if end == 0 {
		return nil
	}
	block.Advance(1 + end)
	return &mentionNode{segment: segment.WithStop(segment.Start + 1 + end), ids: ids}
}
