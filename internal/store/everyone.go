package store

import (
	"context"
	"fmt"
	"strings"

	"gochatting/internal/message"
)

// CountUsers is how many users have an address, guests of the first version's sockets too.
func (s *Store) CountUsers(ctx context.Context) (n int, err error) {
	if err := s.engine.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM users WHERE email IS NOT NULL`).Scan(&n); err != nil {
		return 0, fmt.Errorf("store: count users: %w", err)
	}
	return n, nil
}

// Everyone is whoever was ever here and is not gone, by name, after the user of this ID; at most 200, and 0 asks
// for 50. A query is a part of the name or the address. It is for who runs the server: with addresses.
func (s *Store) Everyone(ctx context.Context, query, after string, limit int) ([]User, error) {
	query = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(message.Fold(query))
	users, err := list(ctx, s.engine.read, func(from row) (u User, err error) {
		err = u.scan(from)
		return u, err
	}, `SELECT `+userColumns+` FROM users u
		WHERE u.gone = 0 AND (u.folded LIKE $1 ESCAPE '\' OR u.email LIKE $1 ESCAPE '\')
		  AND ($2 = '' OR (u.folded, u.id) > (SELECT folded, id FROM users WHERE id = $2))
		ORDER BY u.folded, u.id LIMIT $3`, `%`+query+`%`, after, pageSize(limit))
	if err != nil {
		return nil, fmt.Errorf("store: everyone: %w", err)
	}
	return users, nil
}
