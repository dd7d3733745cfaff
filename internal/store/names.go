package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"

	"gochatting/internal/message"
	"gochatting/internal/search"
)

// setNames notes how the user is named: by the folded name, and to be found by it without its accents, from
// each of its words on.
func setNames(ctx context.Context, tx *sql.Tx, userID, name string) error {
	folded := message.Fold(name)
	if _, err := tx.ExecContext(ctx, `UPDATE users SET folded = $2 WHERE id = $1`, userID, folded); err != nil {
		return fmt.Errorf("fold a name: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM names WHERE user_id = $1`, userID); err != nil {
		return fmt.Errorf("drop names: %w", err)
	}
	loose := search.Fold(folded)
	for _, at := range words(loose) {
		_, err := tx.ExecContext(ctx, `INSERT INTO names (name, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, loose[at:], userID)
		if err != nil {
			return fmt.Errorf("add a name: %w", err)
		}
	}
	return nil
}

// words is where the words of s begin, and 0 whatever stands there.
func words(s string) (starts []int) {
	within := false
	for i, r := range s {
		is := unicode.In(r, unicode.L, unicode.N, unicode.M)
		if i == 0 || is && !within {
			starts = append(starts, i)
		}
		within = is
	}
	return starts
}

// tidy makes one line of a name that people choose, fit to stand beside others: what cannot be seen or
// could turn the line around is removed, and at most most characters are left, with no grapheme cut in
// two. It may be empty.
func tidy(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case hidden(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if !strings.ContainsFunc(s, func(r rune) bool { return r != ' ' && !unicode.IsMark(r) }) {
		return ""
	}
	kept, chars := 0, 0
	for g := uniseg.NewGraphemes(s); g.Next(); {
		if chars += len(g.Runes()); chars > most {
			break
		}
		_, kept = g.Positions()
	}
	return strings.TrimRight(s[:kept], " ")
}

// hidden goes by what a character is, so that an emoji younger than our Unicode tables stays.
func hidden(r rune) bool {
	const brailleBlank = '\u2800' // looks like a space and is none to Unicode
	switch {
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r): // format characters, yet seen (Arabic)
		return false
	case r == unicode.ReplacementChar, r == brailleBlank:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}
