// Package search cuts what people say into what can be looked for, and reads what they look for.
//
// An index of Tokens finds messages that are likely to match; whether one does, Match says by the message
// itself. So what an index keeps may be little, and what is found is always right.
package search

import (
	"slices"
	"strings"
	"time"

	"gochatting/internal/message"
)

// What has: can ask for.
const (
	link  = "link"
	file  = "file"
	image = "image"
	code  = "code"
)

// A Document is what of a message can be looked for.
type Document struct {
	room, author string
	at           time.Time
	texts        []Text // what was said, then the names of files and what they show
	has          []string
}

// Of is the Document of a message. Of a deleted one there is nothing to be looked for.
func Of(m message.Message) Document {
	t := m.TextMessage
	if t.Deleted != nil {
		return Document{}
	}
	d := Document{room: m.Room, author: t.UserInfo.ID, at: t.At, texts: []Text{Cut(t.Content)}}
	for _, f := range t.Files {
		d.texts = append(d.texts, Cut(f.Name), Cut(f.Alt))
	}
	add := func(has bool, what string) {
		if has {
			d.has = append(d.has, what)
		}
	}
	// What is not marked up has no HTML.
	add(strings.Contains(t.HTML, "<a ") || strings.Contains(t.Content, "https://") || strings.Contains(t.Content, "http://"), link)
	add(strings.Contains(t.HTML, "<code") || strings.Contains(t.Content, "```"), code)
	add(len(t.Files) > 0, file)
	add(slices.ContainsFunc(t.Files, func(f message.File) bool { return strings.HasPrefix(f.Type, "image/") }), image)
	return d
}

// Match says whether d is what q asks for. Names in q must be IDs by then, see Query.
func (q *Query) Match(d Document) bool {
	said := func(phrase Text) bool {
		return slices.ContainsFunc(d.texts, func(t Text) bool { return t.has(phrase) })
	}
	has := func(what string) bool { return slices.Contains(d.has, what) }
	return all(q.said, said) && !slices.ContainsFunc(q.unsaid, said) &&
		all(q.has, has) && !slices.ContainsFunc(q.hasNot, has) &&
		(len(q.From) == 0 || slices.Contains(q.From, d.author)) && !slices.Contains(q.NotFrom, d.author) &&
		slices.Contains(q.In, d.room) && !slices.Contains(q.NotIn, d.room) &&
		!d.at.Before(q.Since) && (q.Until.IsZero() || d.at.Before(q.Until))
}

func all[T any](list []T, f func(T) bool) bool {
	return !slices.ContainsFunc(list, func(one T) bool { return !f(one) })
}
