package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"gochatting/internal/search"
)

const (
	firstWalk   = 500  // messages
	longestWalk = 8000 // of them
	walkFor     = 40   // walking goes on while one in so many is one
	mostSpans   = 16   // that are asked for at once
	mostLeads   = 2000
)

// What is fenced by OFFSET 0 PostgreSQL finds by one index alone, whatever it believes of how often a token is.
const (
	walkThrough = `
		SELECT seq, room FROM (SELECT seq, room, tokens FROM search WHERE seq >= $2 AND seq < $3 OFFSET 0) near
		WHERE tokens @@ CAST($1 AS TSQUERY) ORDER BY seq DESC`

	findInSpans = `
		SELECT found.seq, found.room FROM unnest(CAST($1 AS TEXT[])) AS span (wanted) CROSS JOIN LATERAL (
			SELECT seq, room FROM (SELECT seq, room FROM search WHERE tokens @@ CAST(span.wanted AS TSQUERY) OFFSET 0) those
			WHERE seq >= $2 AND seq < $3 AND room = ANY(CAST($4 AS TEXT[])) ORDER BY seq DESC LIMIT $5) found
		ORDER BY seq DESC LIMIT $5`
)

// A pursuit follows the leads to what is looked for, from the newest message to the oldest. GIN gives all that
// it finds and in no order, so that a common word is better looked for by walking from message to message;
// where that leads to little, GIN is asked, for a few spans at a time.
type pursuit struct {
	gin        *gin
	wanted     search.Wanted
	rooms      []string
	begin, end int64 // what is left to be looked at
	walk       int64 // how far to walk next; 0: no further
	spans      int64 // how many to ask for next
	inRooms    bool  // whether GIN is asked for the rooms: for many of them only where that saves much
}

func (g *gin) likely(ctx context.Context, q *search.Query, begin, end int64) iter.Seq2[lead, error] {
	return func(yield func(lead, error) bool) {
		var last int64
		if err := g.store.engine.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM search`).Scan(&last); err != nil {
			yield(lead{}, fmt.Errorf("find the end: %w", err))
			return
		}
		p := pursuit{gin: g, wanted: q.Wanted(), rooms: q.In, begin: max(begin, 1), end: min(end, last+1),
			walk: firstWalk, spans: 1, inRooms: len(q.In) <= fewRooms}
		for p.end > p.begin {
			some, err := p.next(ctx)
			if err != nil {
				yield(lead{}, err)
				return
			}
			for _, l := range some {
				if !yield(l, nil) {
					return
				}
			}
		}
	}
}

func (p *pursuit) next(ctx context.Context) ([]lead, error) {
	if p.walk > 0 {
		return p.walkOn(ctx)
	}
	return p.askOn(ctx)
}

func (p *pursuit) walkOn(ctx context.Context) ([]lead, error) {
	from := max(p.begin, p.end-p.walk)
	wanted := p.query(from)
	if spanOf(from) != spanOf(p.end-1) {
		wanted += " | " + p.query(p.end-1)
	}
	some, err := list(ctx, p.gin.store.engine.read, scanLead, walkThrough, wanted, from, p.end)
	if err != nil {
		return nil, err
	}
	readable := 0
	for _, l := range some {
		if slices.Contains(p.rooms, l.room) {
			readable++
		}
	}
	if readable*walkFor < int(p.walk) {
		p.walk = 0
		p.inRooms = p.inRooms || readable*10 < len(some)
	}
	p.walk = min(4*p.walk, longestWalk)
	p.end = from
	return some, nil
}

func (p *pursuit) askOn(ctx context.Context) ([]lead, error) {
	newest := (p.end - 1) >> spanBits
	oldest := max(newest-p.spans+1, p.begin>>spanBits)
	from := max(p.begin, oldest<<spanBits)
	var wanted []string
	for span := newest; span >= oldest; span-- {
		wanted = append(wanted, p.query(span<<spanBits))
	}
	some, err := list(ctx, p.gin.store.engine.read, scanLead, findInSpans, wanted, from, p.end, p.rooms, mostLeads)
	if p.end = from; len(some) == mostLeads {
		p.end = some[mostLeads-1].seq
	}
	p.spans = min(2*p.spans, mostSpans)
	return some, err
}

// query asks for what is wanted in the span of a seq.
// https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY
func (p *pursuit) query(seq int64) string {
	span := spanOf(seq)
	join := func(operator string, tokens []string) string {
		quoted := make([]string, len(tokens))
		for i, token := range tokens {
			quoted[i] = "'" + span + inQuotes.Replace(shortened(token)) + "'"
		}
		return "(" + strings.Join(quoted, operator) + ")"
	}
	all := join(" & ", p.wanted.All)
	if len(p.wanted.Authors) > 0 {
		all += " & " + join(" | ", p.wanted.Authors)
	}
	if p.inRooms {
		all += " & " + join(" | ", p.wanted.Rooms)
	}
	if len(p.wanted.None) > 0 {
		all += " & !" + join(" | ", p.wanted.None)
	}
	return all
}

var inQuotes = strings.NewReplacer(`'`, `''`, `\`, `\\`)
