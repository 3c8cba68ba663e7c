"""A SKU is unique within a store, and says nothing about another one."""

import pytest
from django.db import IntegrityError, transaction

from shop.catalogue.models import Variant
from tests import make

pytestmark = pytest.mark.django_db


def test_two_stores_may_both_have_a_sku():
    ours, theirs = make.variant(), make.variant()

    Variant.objects.filter(pk__in=[ours.pk, theirs.pk]).update(sku="BAG-1")

    assert Variant.objects.filter(sku="BAG-1").count() == 2
    ours.refresh_from_db()
    assert ours.merchant == ours.product.merchant


def test_a_store_has_a_sku_once():
    ours = make.variant()
    other = make.variant(of=make.product(of=ours.product.merchant))

    with pytest.raises(IntegrityError), transaction.atomic():
        Variant.objects.filter(pk=other.pk).update(sku=ours.sku)


def test_the_store_of_a_variant_is_the_one_of_its_product_whatever_is_written():
    ours, theirs = make.variant(), make.variant()
    ours.merchant = theirs.product.merchant

    ours.save()

    ours.refresh_from_db()
    assert ours.merchant == ours.product.merchant != theirs.product.merchant
