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
