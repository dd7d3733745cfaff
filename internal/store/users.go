package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"gochatting/internal/message"
)

// A User is a person as the server knows them; it is never sent as it is. Addresses are compared
// byte for byte: whoever takes them from people folds them first.
type User struct {
	ID       string
	Email    string // "" for one who lost it to somebody else
	Name     string
	Picture  string // which version of the picture; "": none known
	Verified bool   // whether the address was proven
	Created  time.Time
}

// Public is the user as everyone may see them.
func (u User) Public() message.User {
	picture := "/avatar/" + u.ID
	if u.Picture != "" {
		picture += "?v=" + url.QueryEscape(u.Picture)
	}
	return message.User{ID: u.ID, Name: u.Name, Gravatar: picture, Verified: u.Verified}
}

// Own is the user as they see themselves: with Email.
func (u User) Own() message.User {
	own := u.Public()
	own.Email = u.Email
	return own
}

// User is the one with this id. ErrNotFound: none.
func (s *Store) User(ctx context.Context, id string) (User, error) {
	return s.user(ctx, `u.id = $1`, id)
}

// UserByEmail is the one who has the address, held or not. ErrNotFound: none.
func (s *Store) UserByEmail(ctx context.Context, email string) (User, error) {
	return s.user(ctx, `u.email = $1`, email)
}

func (s *Store) user(ctx context.Context, which, key string) (User, error) {
	u, err := selectUser(ctx, s.engine.read, which, key)
	if err != nil {
		return User{}, fmt.Errorf("store: user: %w", err)
	}
	return u, nil
}

// Rename sets what Gravatar said of the user, and says whether that is anything new. ErrNotFound: no
// such user.
func (s *Store) Rename(ctx context.Context, id, name, picture string) (u User, changed bool, err error) {
	u, err = s.User(ctx, id)
	if err != nil || u.Name == name && u.Picture == picture {
		return u, false, err
	}
	type renamed struct {
		user    User
		changed bool
	}
	r, err := write(ctx, s, "rename a user", func(ctx context.Context, tx *sql.Tx) (r renamed, err error) {
		result, err := tx.ExecContext(ctx,
			`UPDATE users SET name = $2, picture = $3 WHERE id = $1 AND (name <> $2 OR picture <> $3)`, id, name, picture)
		if err != nil {
			return r, err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return r, err
		}
		if r.changed = n > 0; r.changed {
			if err := setNames(ctx, tx, id, name); err != nil {
				return r, err
			}
		}
		r.user, err = selectUser(ctx, tx, `u.id = $1`, id)
		return r, err
	})
	return r.user, r.changed, err
}

// Guest is the user of an address that nobody holds, made when there is none: whom the first
// version's sockets speak for. ErrHeld: somebody holds it.
func (s *Store) Guest(ctx context.Context, email, name string) (User, error) {
	// Most guests have been here before. What looks held may have lapsed; the writer decides that.
	if u, held, err := holder(ctx, s.engine.read, email); err == nil && !held {
		return u, nil
	}
	return write(ctx, s, "guest", func(ctx context.Context, tx *sql.Tx) (User, error) {
		now := s.now()
		if err := lapse(ctx, tx, now); err != nil {
			return User{}, err
		}
		u, held, err := holder(ctx, tx, email)
		switch {
		case errors.Is(err, ErrNotFound):
			return insertUser(ctx, tx, email, name, now)
		case err != nil:
			return User{}, err
		case held:
			return User{}, ErrHeld
		}
		return u, nil
	})
}

// holder is who has the address, and whether they hold it: verified, or with a session. Inside a
// transaction ask after lapse, so that a session is a live one. ErrNotFound: nobody has it.
func holder(ctx context.Context, q querier, email string) (u User, held bool, err error) {
	err = u.scan(q.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM sessions WHERE user_id = u.id), `+userColumns+`
		FROM users u WHERE u.email = $1`, email), &held)
	return u, held || u.Verified, found(err)
}

// insertUser makes a user, who is in the lobby as everybody is.
func insertUser(ctx context.Context, tx *sql.Tx, email, name string, now time.Time) (User, error) {
	u := User{ID: newID(), Email: email, Name: name, Created: moment(now.UnixMicro())}
	_, err := tx.ExecContext(ctx, `INSERT INTO users (id, email, name, picture, verified, created) VALUES ($1, $2, $3, '', 0, $4)`,
		u.ID, u.Email, u.Name, u.Created.UnixMicro())
	if err != nil {
		return User{}, err
	}
	if err := setNames(ctx, tx, u.ID, name); err != nil {
		return User{}, err
	}
	_, err = insertMember(ctx, tx, message.Lobby, u.ID, now)
	return u, err
}

func selectUser(ctx context.Context, q querier, which, key string) (u User, err error) {
	err = u.scan(q.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users u WHERE `+which, key))
	return u, found(err)
}

// userColumns, last in a list of columns, is what scan reads.
const userColumns = `u.id, COALESCE(u.email, ''), u.name, u.picture, u.verified, u.created`

// scan reads the columns before userColumns into before, and the user.
func (u *User) scan(from row, before ...any) error {
	var created int64
	err := from.Scan(append(before, &u.ID, &u.Email, &u.Name, &u.Picture, &u.Verified, &created)...)
	u.Created = moment(created)
	return err
}

// newID is random, 80 bits in 16 characters of lower-case base32: nobody guesses or counts them.
func newID() string { return strings.ToLower(rand.Text()[:16]) }
