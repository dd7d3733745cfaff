package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// Operator is the actor who runs the server: above all roles, and none of the users.
const Operator = "operator"

// rank orders the roles.
func rank(role string) int {
	switch role {
	case Operator:
		return 4
	case message.RoleOwner:
		return 3
	case message.RoleModerator:
		return 2
	case message.RoleMember:
		return 1
	}
	return 0
}

// roleOf is Operator, or the role of a user.
func roleOf(ctx context.Context, q querier, by string) (string, error) {
	if by == Operator {
		return Operator, nil
	}
	u, err := selectUser(ctx, q, `u.email IS NOT NULL AND u.id = $1`, by)
	return u.Role, err
}

// mustBe is ErrForbidden for an actor of a lower role, and ErrBanned for one who was shut out meanwhile.
func mustBe(ctx context.Context, q querier, by, role string, now time.Time) error {
	if by == Operator {
		return nil
	}
	u, err := selectUser(ctx, q, `u.email IS NOT NULL AND u.id = $1`, by)
	switch {
	case err != nil:
		return err
	case u.Banned.After(now):
		return banned(u.Banned, now)
	case rank(u.Role) >= rank(role):
		return nil
	case role == message.RoleOwner:
		return refuse(ErrForbidden, "This is for owners.")
	}
	return refuse(ErrForbidden, "This is for moderators and owners.")
}

// below is a user whom the actor may keep in order: one of lower rank.
func below(ctx context.Context, q querier, by, userID string, now time.Time) (User, error) {
	if err := mustBe(ctx, q, by, message.RoleModerator, now); err != nil {
		return User{}, err
	}
	role, err := roleOf(ctx, q, by)
	if err != nil {
		return User{}, err
	}
	u, err := selectUser(ctx, q, `u.id = $1`, userID)
	if err == nil && rank(u.Role) >= rank(role) {
		err = refuse(ErrForbidden, "This can be done only to somebody of a lower rank than one's own.")
	}
	return u, err
}

// SetRole makes a user an owner, moderator, member or reader, which is for owners to do. Who was a
// reader is let into the lobby; who becomes one loses their invitations. ErrForbidden: it is not for by to do, or
// not for a guest of the first version's sockets to be. ErrNotFound: no such user, or
// they have lost their address; ErrConflict: there would be no owner any more.
func (s *Store) SetRole(ctx context.Context, by, userID, role string) (User, error) {
	return write(ctx, s, "set a role", func(ctx context.Context, tx *sql.Tx) (User, error) {
		now := s.now()
		if err := mustBe(ctx, tx, by, message.RoleOwner, now); err != nil {
			return User{}, err
		}
		u, err := selectUser(ctx, tx, `u.email IS NOT NULL AND u.id = $1`, userID)
		if err != nil || u.Role == role {
			return u, err
		}
		if err := giveRole(ctx, tx, u, role, now); err != nil {
			return User{}, err
		}
		u.Role = role
		_, err = insertAct(ctx, tx, now, act{actor: by, act: ActRole, subject: u.ID, note: role})
		return u, err
	})
}

func giveRole(ctx context.Context, tx *sql.Tx, u User, role string, now time.Time) error {
	switch role {
	case message.RoleOwner, message.RoleModerator, message.RoleMember, message.RoleReader:
	default:
		return refuse(ErrInvalid, "A role is owner, moderator, member or reader.")
	}
	if u.Role == message.RoleOwner {
		if err := notLastOwner(ctx, tx, u.ID, now); err != nil {
			return err
		}
	}
	result, err := tx.ExecContext(ctx, `UPDATE users SET role = $2 WHERE id = $1 AND (guest = 0 OR $2 IN ('member', 'reader'))`, u.ID, role)
	if err != nil {
		return fmt.Errorf("set a role: %w", err)
	}
	switch n, err := result.RowsAffected(); {
	case err != nil:
		return fmt.Errorf("set a role: %w", err)
	case n == 0:
		return refuse(ErrForbidden, "Anybody can speak as this guest, who must come in by a browser first.")
	}
	if u.Role == message.RoleReader {
		if _, err := insertMember(ctx, tx, message.Lobby, u.ID, now); err != nil {
			return err
		}
	}
	if role == message.RoleReader {
		return dropInvitations(ctx, tx, u.ID)
	}
	return nil
}

// notLastOwner is ErrConflict if there is no owner but this one.
func notLastOwner(ctx context.Context, q querier, userID string, now time.Time) error {
	var other bool
	err := q.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM users WHERE role = 'owner' AND email IS NOT NULL AND banned <= $2 AND id <> $1)`,
		userID, now.UnixMicro()).Scan(&other)
	if err != nil {
		return fmt.Errorf("look for another owner: %w", err)
	}
	if !other {
		return refuse(ErrConflict, "There must be an owner. Please make somebody else one first.")
	}
	return nil
}

func dropInvitations(ctx context.Context, tx *sql.Tx, maker string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM invitations WHERE maker = $1`, maker); err != nil {
		return fmt.Errorf("drop invitations: %w", err)
	}
	return nil
}
