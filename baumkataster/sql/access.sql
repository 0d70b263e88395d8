-- The log of access is added to by the app role and never changed by it. What is too old is deleted
-- by this function alone; it refuses to forget what is younger than a month, whoever asks.
CREATE OR REPLACE FUNCTION baum_purge_access(days integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    IF days IS NULL OR days < 30 THEN
        RAISE EXCEPTION 'Zugriffe der letzten 30 Tage werden nicht gelöscht (gefragt: %).', days
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM public.baumkataster_accessrecord WHERE at < now() - make_interval(days => days);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
REVOKE ALL ON FUNCTION baum_purge_access(integer) FROM PUBLIC;

-- The history keeps each change of an account. When a person has left and the account was made
-- nameless, names and addresses go from the history of that account, too; who did what stays, under
-- the nameless key. Refused while the account can still sign in.
CREATE OR REPLACE FUNCTION baum_forget_person(person uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    hidden text[] := ARRAY['username', 'first_name', 'last_name', 'email', 'phone', 'organisation'];
    changed bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM public.baumkataster_user u WHERE u.id = person AND NOT u.is_active) THEN
        RAISE EXCEPTION 'Nur gesperrte Konten werden namenlos gemacht.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('baum.forgetting', pg_current_xact_id()::text, true);
    UPDATE public.baumkataster_change SET old = old - hidden, new = new - hidden
    WHERE table_name = 'baumkataster_user' AND row_id = person::text;
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM set_config('baum.forgetting', '', true);
    RETURN changed;
END $$;
REVOKE ALL ON FUNCTION baum_forget_person(uuid) FROM PUBLIC;
