-- The sequence of all that can be followed belongs to no table from now on: `runledger partition` puts another table in the place
-- of this one while statements are under way that have looked the sequence up, and they must not take ids of an older one.
ALTER SEQUENCE "metadata_entry_id_seq" RENAME TO "metadata_entry_id_before_seq";
CREATE SEQUENCE "metadata_entry_id_seq";
SELECT setval('metadata_entry_id_seq', "last_value", "is_called") FROM "metadata_entry_id_before_seq";

-- Whoever may use the one may use the other.
DO $$
DECLARE
    granted record;
BEGIN
    FOR granted IN
        SELECT a.privilege_type AS privilege, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS grantee
        FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.oid = '"metadata_entry_id_before_seq"'::regclass AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('GRANT %s ON SEQUENCE "metadata_entry_id_seq" TO %s', granted.privilege, granted.grantee);
    END LOOP;
END $$;

-- With it goes the sequence before.
ALTER TABLE "metadata_entry" ALTER COLUMN "id" DROP IDENTITY;
ALTER TABLE "metadata_entry" ALTER COLUMN "id" SET DEFAULT nextval('metadata_entry_id_seq');
