package search

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gochatting/internal/message"
)

// maxQuery is how many bytes a query may have.
const maxQuery = 1000

// A Query is what somebody looks for: all of it at once, but one of From and one of In, and none of what
// is not to be. From and In are as they were typed, names or IDs, without @ and #. Before a Query is
// used they must be IDs, and In every room in which to look.
type Query struct {
	From, NotFrom []string
	In, NotIn     []string
	Since, Until  time.Time // from Since on, and before Until; zero: no matter
	Words         []string  // what is looked for, folded, to be marked where it is found

	said, unsaid []Text
	has, hasNot  []string
}

// Parse reads a query: words, "phrases", and from: in: has: before: after: on:, each with - before it
// for what is not to be. What it cannot read as anything else it reads as words, and an operator with
// nothing after it as not yet there. Days are those of the place. The error is a *message.Error.
func Parse(typed string, place *time.Location) (Query, error) {
	if len(typed) > maxQuery {
		return Query{}, refuse("This is too long to look for: %d bytes, where %d may be.", len(typed), maxQuery)
	}
	q := Query{}
	p := parser{rest: strings.ToValidUTF8(typed, " ")}
	for p.skipSpace(); p.rest != ""; p.skipSpace() {
		not := p.not()
		operator, known := p.operator()
		if !known {
			q.word(p.value(), not)
			continue
		}
		if value := strings.TrimSpace(p.value()); value != "" {
			if err := q.operate(operator, value, not, place); err != nil {
				return Query{}, err
			}
		}
	}
	if len(q.said)+len(q.has)+len(q.From)+len(q.In) == 0 && q.Since.IsZero() && q.Until.IsZero() {
		return Query{}, refuse("Say what to look for: a word, or whose messages, as in from:me.")
	}
	return q, nil
}

func refuse(format string, args ...any) error {
	return &message.Error{Code: message.CodeInvalid, Text: fmt.Sprintf(format, args...)}
}

func (q *Query) word(typed string, not bool) {
	text := Cut(typed)
	switch {
	case len(text) == 0:
	case not:
		q.unsaid = append(q.unsaid, text)
	default:
		q.said = append(q.said, text)
		q.Words = append(q.Words, strings.TrimFunc(Fold(typed), func(r rune) bool { return kindOf(r) == between }))
	}
}

func (q *Query) operate(operator, value string, not bool, place *time.Location) error {
	add := func(to, toNot *[]string, value string) error {
		if not {
			to = toNot
		}
		*to = append(*to, value)
		return nil
	}
	switch operator {
	case "from":
		return add(&q.From, &q.NotFrom, value)
	case "in":
		return add(&q.In, &q.NotIn, value)
	case "has":
		what := strings.TrimSuffix(Fold(value), "s")
		if what == "picture" {
			what = image
		}
		if !slices.Contains([]string{link, file, image, code}, what) {
			return refuse("After has: comes link, file, image or code, not %s.", short(value))
		}
		return add(&q.has, &q.hasNot, what)
	}
	if not {
		return refuse("There is no -%s: because before: and after: say it already.", operator)
	}
	begin, end, ok := span(Fold(value), place)
	if !ok {
		return refuse("After %s: comes a day like 2026-01-31, a month like 2026-01 or a year, not %s.", operator, short(value))
	}
	switch operator {
	case "before":
		q.until(begin)
	case "after":
		q.since(end)
	case "on":
		q.since(begin)
		q.until(end)
	}
	return nil
}

func (q *Query) since(t time.Time) {
	if q.Since.Before(t) {
		q.Since = t
	}
}

func (q *Query) until(t time.Time) {
	if q.Until.IsZero() || t.Before(q.Until) {
		q.Until = t
	}
}

// span is the day, month or year that is written so: from begin to before end.
func span(date string, place *time.Location) (begin, end time.Time, ok bool) {
	for _, of := range []struct {
		layout              string
		years, months, days int
	}{{"2006-01-02", 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if begin, err := time.ParseInLocation(of.layout, date, place); err == nil {
			return begin, begin.AddDate(of.years, of.months, of.days), true
		}
	}
	return begin, end, false
}

// short is what was typed, as it can stand in a sentence.
func short(typed string) string {
	const most = 40
	if letters := []rune(typed); len(letters) > most {
		typed = string(letters[:most]) + "…"
	}
	return "“" + typed + "”"
}
