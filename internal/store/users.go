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
	Role     string // message.RoleOwner and so on
	Created  time.Time
	Looked   time.Time // when Gravatar said what of the above it says; zero: never

	Muted, Banned time.Time // until when; zero: not at all
}

// Public is the user as everyone may see them.
func (u User) Public() message.User {
	picture := "/avatar/" + u.ID
	if u.Picture != "" {
		picture += "?v=" + url.QueryEscape(u.Picture)
	}
	public := message.User{ID: u.ID, Name: u.Name, Gravatar: picture, Verified: u.Verified}
	if u.Role != message.RoleMember {
		public.Role = u.Role
	}
	return public
}

// Own is the user as they see themselves: with Email and Muted.
func (u User) Own() message.User {
	own := u.Public()
	own.Email = u.Email
	if !u.Muted.IsZero() {
		own.Muted = &u.Muted
	}
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

// Rename sets what Gravatar said of the user at that moment, and says whether that is anything new; to who has
// left it is nothing, nor is what it said before it said what is known. ErrNotFound: no such user.
func (s *Store) Rename(ctx context.Context, id, name, picture string, at time.Time) (u User, changed bool, err error) {
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
			`UPDATE users SET name = $2, picture = $3, looked = $4 WHERE id = $1 AND gone = 0 AND looked < $4 AND (name <> $2 OR picture <> $3)`,
			id, name, picture, at.UnixMicro())
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
// version's sockets speak for. ErrHeld: somebody holds it. ErrBanned: it is, or guests from this peer.
func (s *Store) Guest(ctx context.Context, email, name, peer string) (User, error) {
	// Most guests have been here before. What looks held may have lapsed; the writer decides that.
	now := s.now()
	if h, err := guest(ctx, s.engine.read, email, peer, now); err == nil {
		if peer != "" && isNews(peer, h.peer, now.Sub(h.seen)) {
			if err := s.seen(ctx, h.ID, peer, now); err != nil {
				s.log.Warn("where a guest is could not be noted", "err", err) // a full disk shuts no guest out
			}
		}
		return h.User, nil
	}
	return write(ctx, s, "guest", func(ctx context.Context, tx *sql.Tx) (User, error) {
		now := s.now()
		if err := lapse(ctx, tx, now); err != nil {
			return User{}, err
		}
		h, err := guest(ctx, tx, email, peer, now)
		if !errors.Is(err, ErrNotFound) {
			return h.User, err
		}
		had, err := holderOf(ctx, tx, email, now)
		if err == nil {
			_, err = lose(ctx, tx, had.ID, now)
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return User{}, err
		}
		u, err := insertUser(ctx, tx, User{Email: email, Name: name, Role: message.RoleMember}, true, now)
		if err != nil {
			return User{}, err
		}
		return u, noteSeen(ctx, tx, peer, now, u.ID)
	})
}

// guest is who is a guest by this address. ErrNotFound: nobody is, and somebody may be.
func guest(ctx context.Context, q querier, email, peer string, now time.Time) (holder, error) {
	until, err := bannedPeer(ctx, q, peer, now)
	if err != nil {
		return holder{}, err
	}
	h, err := holderOf(ctx, q, email, now)
	switch {
	case until.After(now):
		return holder{}, banned(until, now)
	case err != nil:
		return holder{}, err
	case h.Banned.After(now):
		return holder{}, banned(h.Banned, now)
	case h.guest: // also while muted
		return h, nil
	case h.held:
		return holder{}, ErrHeld
	}
	return holder{}, ErrNotFound // who had it cannot come in any more, and is nobody else's to speak for
}

// A holder is who has an address.
type holder struct {
	User
	held  bool // nobody else gets it by typing it
	guest bool // made for the first version's sockets

	peer string // where they were seen last
	seen time.Time
}

// holderOf is who has the address. ErrNotFound: nobody has it.
func holderOf(ctx context.Context, q querier, email string, now time.Time) (h holder, err error) {
	var seen int64
	err = h.scan(q.QueryRowContext(ctx, `SELECT u.guest, `+held+`, u.peer, u.seen, `+userColumns+` FROM users u WHERE u.email = $1`,
		email, now.UnixMicro()), &h.guest, &h.held, &h.peer, &seen)
	h.seen = moment(seen)
	return h, found(err)
}

// insertUser makes a user of u, who has no ID yet. All but readers are in the lobby.
func insertUser(ctx context.Context, tx *sql.Tx, u User, guest bool, now time.Time) (User, error) {
	u.ID, u.Created = newID(), moment(now.UnixMicro())
	_, err := tx.ExecContext(ctx, `
		INSERT INTO users (id, email, name, picture, verified, role, guest, created, muted) VALUES ($1, $2, $3, '', $4, $5, $6, $7, $8)`,
		u.ID, u.Email, u.Name, u.Verified, u.Role, guest, u.Created.UnixMicro(), micros(u.Muted))
	if err != nil {
		return User{}, err
	}
	if err := setNames(ctx, tx, u.ID, u.Name); err != nil {
		return User{}, err
	}
	if u.Role != message.RoleReader {
		_, err = insertMember(ctx, tx, message.Lobby, u.ID, now)
	}
	return u, err
}

func selectUser(ctx context.Context, q querier, which, key string) (u User, err error) {
	err = u.scan(q.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users u WHERE `+which, key))
	return u, found(err)
}

// userColumns, last in a list of columns, is what scan reads.
const userColumns = `u.id, COALESCE(u.email, ''), u.name, u.picture, u.verified, u.role, u.created, u.looked, u.muted, u.banned`

// scan reads the columns before userColumns into before, and the user.
func (u *User) scan(from row, before ...any) error {
	var created, looked, muted, banned int64
	err := from.Scan(append(before, &u.ID, &u.Email, &u.Name, &u.Picture, &u.Verified, &u.Role, &created, &looked, &muted, &banned)...)
	u.Created, u.Looked, u.Muted, u.Banned = moment(created), until(looked), until(muted), until(banned)
	return err
}

// newID is random, 80 bits in 16 characters of lower-case base32: nobody guesses or counts them.
func newID() string { return strings.ToLower(rand.Text()[:16]) }
