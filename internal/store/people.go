package store

import (
	"context"
	"fmt"
	"strconv"
	"unicode/utf8"

	"gochatting/internal/message"
	"gochatting/internal/search"
)

// FindUsers are those whose name, or a word in it, begins with the query, accents or not, by name: everyone for room "",
// else who is in the room, and everyone for an open one. At most 200, and 0 asks for 50; who has lost
// their address to somebody else is left out. Of everyone no more than 1,000 are looked at, so that the
// first letter of many names costs little. A reader finds only who is in one of their rooms. ErrNotFound: no
// such room for this viewer.
func (s *Store) FindUsers(ctx context.Context, viewer, query, room string, limit int) ([]message.User, error) {
	within := false
	if room != "" {
		p, err := placeOf(ctx, s.engine.read, viewer, room)
		if err != nil {
			return nil, fmt.Errorf("store: room %s: %w", room, err)
		}
		within = p.kind != message.OpenRoom
	}
	which, args := `u.email IS NOT NULL AND (`+mayBrowse+` OR `+inMyRooms+`)`, []any{viewer, pageSize(limit)}
	if within {
		args = append(args, room)
		which += ` AND u.id IN (SELECT user_id FROM members WHERE room = $3)`
	}
	if folded := search.Fold(message.Fold(query)); folded != "" {
		n := len(args)
		args = append(args, folded, folded+string(utf8.MaxRune))
		begins := fmt.Sprintf(`name >= $%d AND name < $%d`, n+1, n+2)
		if within {
			which += ` AND EXISTS (SELECT 1 FROM names WHERE user_id = u.id AND ` + begins + `)`
		} else {
			which += ` AND u.id IN (SELECT user_id FROM names WHERE ` + begins + ` ORDER BY name LIMIT 1000)`
		}
	}
	return s.people(ctx, `FROM users u WHERE `+which+` ORDER BY u.folded, u.id LIMIT $2`, args...)
}

// inMyRooms is of users u who are in a room where $1 is, too.
const inMyRooms = `EXISTS (SELECT 1 FROM members mine CROSS JOIN members mb WHERE mb.room = mine.room AND mine.user_id = $1 AND mb.user_id = u.id)`

// Users are those of the ids, the first 200 of them, by name; whom there is not is left out, and towards a
// reader who is in none of their rooms.
func (s *Store) Users(ctx context.Context, viewer string, ids []string) ([]message.User, error) {
	ids = ids[:min(len(ids), maxPage)]
	if len(ids) == 0 {
		return nil, nil
	}
	return s.people(ctx, `
		FROM users u WHERE u.id IN (`+marks(2, len(ids))+`) AND (u.id = $1 OR `+mayBrowse+` OR `+inMyRooms+`)
		ORDER BY u.folded, u.id`, append([]any{viewer}, anys(ids)...)...)
}

// mostNamed is how many are looked at for one message, however many have one of the names in it.
const mostNamed = 500

// Named are those who can be mentioned in a room, its members or in an open one everybody who can come, and
// whose name is one of the names, each folded by message.Fold; at most 500.
func (s *Store) Named(ctx context.Context, room string, folded []string) ([]message.User, error) {
	if len(folded) == 0 {
		return nil, nil
	}
	return s.people(ctx, `
		FROM users u WHERE u.folded IN (`+marks(2, len(folded))+`) AND u.email IS NOT NULL
		AND (u.role <> 'reader' AND EXISTS (SELECT 1 FROM rooms WHERE id = $1 AND kind = 'open') OR EXISTS (SELECT 1 FROM members WHERE room = $1 AND user_id = u.id))
		ORDER BY u.folded, u.id LIMIT `+strconv.Itoa(mostNamed), append([]any{room}, anys(folded)...)...)
}

// people reads the users u of a query.
func (s *Store) people(ctx context.Context, query string, args ...any) ([]message.User, error) {
	users, err := list(ctx, s.engine.read, func(from row) (message.User, error) {
		var u User
		err := u.scan(from)
		return u.Public(), err
	}, `SELECT `+userColumns+` `+query, args...)
	if err != nil {
		return nil, fmt.Errorf("store: users: %w", err)
	}
	return users, nil
}

func anys[T any](list []T) []any {
	all := make([]any, len(list))
	for i, one := range list {
		all[i] = one
	}
	return all
}
